package tunebook.notebook;

import tunebook.io.hub.FetchReport;

/// How far a download is.
///
/// @param ended whether it goes on no more
record DownloadView(FetchReport report, boolean ended) implements Display {
    @Override
    public String text() {
        return report.repo() + "  " + figures().replace(" · ", "  ");
    }

    private String figures() {
        String files = report.files() + " of " + report.totalFiles() + " files · " + Figures.bytes(report.bytes()) + " of " + Figures.bytes(report.totalBytes());
        String speed = report.speed() > 0 ? " · " + Figures.bytes((long) report.speed()) + "/s" : "";
        if (ended) return files + speed + " · " + Figures.duration(report.seconds());
        return files + speed + (report.speed() > 0 ? " · " + Figures.duration((report.totalBytes() - report.bytes()) / report.speed()) + " left" : "");
    }

    @Override
    public String html() {
        double share = report.totalBytes() == 0 ? 1 : report.bytes() / (double) report.totalBytes();
        return Html.div(Html.FONT + "max-width:860px;color:inherit", Html.escape(report.repo()) + " " + Html.span(Html.FAINT + "font-variant-numeric:tabular-nums", Html.escape(figures()))
            + ProgressView.bar(share, !ended || report.isWhole()));
    }
}
