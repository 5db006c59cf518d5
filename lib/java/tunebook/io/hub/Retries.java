package tunebook.io.hub;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/// How often one thing is tried, and how long is waited between: 1, 2, 4, 8, 8 seconds, or as long as the server asks. Each byte that has come starts the
/// count anew. Where not even a connection comes about, one more try must do, so that a machine without a network says so soon.
final class Retries {
    private static final int MOST = 5;
    private static final Duration LONGEST_OWN = Duration.ofSeconds(8);
    private static final Duration LONGEST_ASKED = Duration.ofMinutes(10);

    /// How waiting is done.
    @FunctionalInterface
    interface Pause {
        void sleep(Duration time) throws InterruptedException;
    }

    /// A server's answer that says: not now.
    static final class Busy extends IOException {
        private static final long serialVersionUID = 1;
        private final transient Optional<Duration> wait;

        Busy(String message, Optional<Duration> wait) {
            super(message);
            this.wait = wait;
        }
    }

    private final Pause pause;
    private final Consumer<String> notes;
    private int failures;
    private boolean connected;

    Retries(Pause pause, Consumer<String> notes) {
        this.pause = pause;
        this.notes = notes;
    }

    void progressed() {
        failures = 0;
        connected = true;
    }

    /// Waits until the next try is due.
    ///
    /// @throws IOException the one that is given, where there shall be no further try
    void after(IOException failure) throws IOException, InterruptedException {
        failures++;
        Duration asked = failure instanceof Busy busy ? busy.wait.orElse(Duration.ZERO) : Duration.ZERO;
        if (failures > most(failure) || asked.compareTo(LONGEST_ASKED) > 0) throw failure;
        if (!asked.isZero()) notes.accept("The hub asks to wait " + asked.toSeconds() + " s: " + failure.getMessage());
        Duration own = Duration.ofSeconds(1L << (failures - 1));
        pause.sleep(!asked.isZero() ? asked : own.compareTo(LONGEST_OWN) < 0 ? own : LONGEST_OWN);
    }

    private int most(IOException failure) {
        boolean unreachable = switch (failure) {
            case ConnectException e -> true;
            case UnknownHostException e -> true;
            case NoRouteToHostException e -> true;
            case SSLException e -> true;
            case SocketTimeoutException e -> e.getMessage().startsWith("Connect"); // Java has one class for both kinds
            default -> false;
        };
        return unreachable && !connected ? 1 : MOST;
    }
}
