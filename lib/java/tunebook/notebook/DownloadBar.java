package tunebook.notebook;

import tunebook.io.hub.FetchListener;
import tunebook.io.hub.FetchReport;

/// The progress of a download in a cell's output. In a notebook every [tunebook.io.hub.Hub] that has no other listener shows itself so.
public final class DownloadBar implements FetchListener {
    private final LiveDisplay display = new LiveDisplay();

    private DownloadBar() {}

    /// A bar for one fetch; it appears with the first byte that is missing.
    public static DownloadBar live() {
        return new DownloadBar();
    }

    @Override
    public void onProgress(FetchReport report) {
        if (display.isDue()) display.update(new DownloadView(report, false));
    }

    @Override
    public void onNote(String note) {
        System.out.println(note);
    }

    @Override
    public void onEnd(FetchReport report) {
        display.finish(new DownloadView(report, true));
    }
}
