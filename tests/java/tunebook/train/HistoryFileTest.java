package tunebook.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.io.AtomicFiles;
import tunebook.tensor.TunebookException;

class HistoryFileTest {
    @TempDir
    Path folder;

    @Test
    void theHistoryKeepsEveryBit() {
        List<StepReport> steps = new ArrayList<>();
        for (double d : new double[] {0.1 + 0.2, Double.MIN_VALUE, -0.0, 1e300, Math.PI, Double.NaN, Double.POSITIVE_INFINITY})
            steps.add(new StepReport(1, 2, d, -d, d / 3, Long.MAX_VALUE, 4, 5, d, d, d, d, 1L << 60, d > 1 ? OptionalDouble.empty() : OptionalDouble.of(d)));
        AtomicFiles.write(folder.resolve("history.jsonl"), HistoryFile.content(steps));
        assertEquals(steps, HistoryFile.read(folder.resolve("history.jsonl")));
        AtomicFiles.writeText(folder.resolve("history.jsonl"), "{\"step\": 1");
        String message = assertThrows(TunebookException.class, () -> HistoryFile.read(folder.resolve("history.jsonl"))).getMessage();
        assertTrue(message.startsWith("Checkpoint.read: a line of the history is not JSON — " + folder), message);
    }
}
