package tunebook.notebook;

import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;

/// A place in a cell's output that changes while the cell runs. Outside of a kernel its text goes to standard output instead.
///
/// It draws at most [#PER_SECOND] times a second, whoever asks how often; [#finish] always draws.
final class LiveDisplay {
    static final int PER_SECOND = 4;
    private static final long QUIET_TERMINAL = TimeUnit.SECONDS.toNanos(5);

    private final Optional<TunebookKernel> kernel = TunebookKernel.current();
    private final String id = UUID.randomUUID().toString();
    private final long interval = kernel.isPresent() ? TimeUnit.SECONDS.toNanos(1) / PER_SECOND : QUIET_TERMINAL;
    private long drawn;
    private boolean shown;

    /// Whether a drawing asked for now would be shown; saves making it where not.
    boolean isDue() {
        return !shown || System.nanoTime() - drawn >= interval;
    }

    void update(Display display) {
        if (isDue()) draw(display);
    }

    void finish(Display display) {
        draw(display);
    }

    private void draw(Display display) {
        drawn = System.nanoTime();
        if (kernel.isEmpty()) System.out.println(display.text());
        else if (shown) kernel.get().getIO().display.updateDisplay(id, data(display));
        else kernel.get().display(data(display));
        shown = true;
    }

    private DisplayData data(Display display) {
        return Displays.data(display).setDisplayId(id);
    }
}
