package tunebook.notebook;

/// How far something is.
///
/// @param done  out of `total`
/// @param ended whether it goes on no more
record ProgressView(String label, long done, long total, double seconds, boolean ended) implements Display {
    @Override
    public String text() {
        return label + "  " + Figures.count(done) + "/" + Figures.count(total) + "  " + time();
    }

    private String time() {
        if (ended) return Figures.duration(seconds);
        return done == 0 ? "" : Figures.duration(seconds / done * (total - done)) + " left";
    }

    @Override
    public String html() {
        String words = Html.escape(label) + " " + Html.span(Html.FAINT + "font-variant-numeric:tabular-nums",
            Html.escape(Figures.count(done) + " of " + Figures.count(total) + (time().isEmpty() ? "" : " · " + time())));
        return Html.div(Html.FONT + "max-width:860px;color:inherit", words + bar(total == 0 ? 1 : done / (double) total, !ended || done >= total));
    }

    /// A bar that is filled to `share`; orange where it was stopped short.
    static String bar(double share, boolean well) {
        double percent = 100 * Math.clamp(share, 0, 1);
        return Html.div("height:4px;border-radius:2px;background:" + Html.LINE + ";margin:5px 0;overflow:hidden",
            Html.div(String.format(java.util.Locale.ROOT, "height:100%%;width:%.1f%%;background:%s", percent, well ? Html.BLUE : Html.ORANGE), ""));
    }
}
