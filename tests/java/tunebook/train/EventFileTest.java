package tunebook.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.tensor.TunebookException;

class EventFileTest {
    private static final Path GOLDEN = Path.of("tests/golden/train/events.tfevents");

    @TempDir
    Path folder;

    @Test
    void writesTheSameBytesAsTensorBoardsOwnWriter() throws IOException {
        AtomicInteger calls = new AtomicInteger();
        InstantSource clock = () -> Instant.ofEpochSecond(1700000000L + calls.getAndIncrement(), 250_000_000);
        EventFile file = EventFile.at(folder.resolve("run/x.tfevents"), clock);
        file.onStep(report(1, 2.5, 1e-4, 0, 1234.5, OptionalDouble.empty()));
        file.onStep(report(2, 1.75, 5e-5, 3.25, 2e6, OptionalDouble.of(2.125)));
        file.onStep(report(300, Double.NaN, 0, Double.POSITIVE_INFINITY, 1, OptionalDouble.empty()));
        file.scalar("점수", 0, -1.5);
        assertArrayEquals(Files.readAllBytes(GOLDEN), Files.readAllBytes(file.path()));
    }

    @Test
    void eachFileInAFolderHasItsOwnName() throws IOException {
        EventFile a = EventFile.in(folder.resolve("logs")), b = EventFile.in(folder.resolve("logs"));
        assertNotEquals(a.path(), b.path());
        assertTrue(a.path().getFileName().toString().startsWith("events.out.tfevents."));
        assertEquals(Files.size(a.path()), Files.size(b.path()));
    }

    @Test
    void anInterruptedThreadStillWrites() throws IOException {
        EventFile file = EventFile.in(folder);
        long before = Files.size(file.path());
        Thread.currentThread().interrupt();
        file.scalar("loss", 1, 1);
        assertTrue(Thread.interrupted());
        assertTrue(Files.size(file.path()) > before);
    }

    @Test
    void aFolderThatCannotBeMadeIsAClearError() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        String message = assertThrows(TunebookException.class, () -> EventFile.in(file)).getMessage();
        assertTrue(message.startsWith("EventFile: could not write the event file — " + file), message);
    }

    private static StepReport report(int step, double loss, double rate, double norm, double tokens, OptionalDouble evalLoss) {
        return new StepReport(step, 300, loss, rate, norm, 1000, 100, 8, 0.5, tokens, 16, 10, 0, evalLoss);
    }
}
