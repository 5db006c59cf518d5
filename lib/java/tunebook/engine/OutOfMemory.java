package tunebook.engine;

import java.util.Map;
import java.util.stream.Collectors;
import tunebook.engine.pjrt.Device;
import tunebook.engine.pjrt.LiveObjects;
import tunebook.tensor.TunebookException;

/// What to do when the device is full.
final class OutOfMemory {
    private static final int PATIENCE_MS = 500;
    /// The cleaner frees one buffer after another: it counts as done when nothing was freed for this long.
    private static final int QUIET_MS = 50;

    private OutOfMemory() {}

    /// Collects garbage and gives the cleaner a moment to free the buffers that nobody holds any more.
    static void freeForgotten(LiveObjects live) {
        long before = live.bytes();
        System.gc();
        try {
            long last = before;
            int quiet = 0;
            for (int waited = 0; waited < PATIENCE_MS && quiet < QUIET_MS; waited += 10) {
                Thread.sleep(10);
                long now = live.bytes();
                quiet = now == last && now < before ? quiet + 10 : 0;
                last = now;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the retry goes ahead; whoever checks for interrupts still sees it
        }
    }

    /// The error with the live buffers by owner, the largest first.
    static TunebookException report(TunebookException cause, LiveObjects live, Device device) {
        String owners = live.bytesByOwner().entrySet().stream().sorted(Map.Entry.<String, Long>comparingByValue().reversed())
            .map(e -> e.getKey() + " " + mebibytes(e.getValue())).collect(Collectors.joining(", "));
        String limit = device.memory().map(m -> ", the device has " + mebibytes(m.limit())).orElse("");
        return TunebookException.because(cause.getCause(), "Session", "the device's memory is full: " + cause.getMessage(),
            live.buffers() + " live buffers: " + owners + limit, "close what is no longer needed, or take fewer tokens a step");
    }

    private static String mebibytes(long bytes) {
        return (bytes >> 20) + " MiB";
    }
}
