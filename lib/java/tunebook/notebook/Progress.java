package tunebook.notebook;

/// A progress bar in a cell's output, with the time left.
///
/// `try (var progress = Progress.of("scoring", rows)) { … progress.step(); }`. It may be told of steps as often as one likes.
public final class Progress implements AutoCloseable {
    private final String label;
    private final long total;
    private final long start = System.nanoTime();
    private final LiveDisplay display = new LiveDisplay();
    private long done;
    private boolean closed;

    private Progress(String label, long total) {
        this.label = label;
        this.total = total;
    }

    /// A bar for `total` pieces of work, shown at once.
    public static Progress of(String label, long total) {
        var progress = new Progress(label, total);
        progress.display.update(progress.view(false));
        return progress;
    }

    /// One more piece is done.
    public void step() {
        at(done + 1);
    }

    /// `pieces` are done in all.
    public void at(long pieces) {
        done = pieces;
        if (display.isDue()) display.update(view(false));
    }

    private ProgressView view(boolean ended) {
        return new ProgressView(label, done, total, (System.nanoTime() - start) / 1e9, ended);
    }

    /// Leaves the bar as it is, with the time taken.
    @Override
    public void close() {
        if (closed) return;
        closed = true;
        display.finish(view(true));
    }
}
