package tunebook.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledTrainingTest {
    /// More of them, made once: `tests/recorded/kills.md`.
    @Test
    void twentyKillsLeaveWholeCheckpointsThatAreTheUnbrokenRuns(@TempDir Path folder) throws Exception {
        assumeFalse(System.getProperty("os.name").startsWith("Windows"), "there is no SIGKILL here");
        KilledTrainings.Report report = KilledTrainings.run(20, 1, folder, Duration.ofMinutes(20));
        assertEquals(List.of(), report.wrong());
        assertEquals(20, report.kills());
        assertTrue(report.inside() > 0, "no kill came while a checkpoint was being written: " + report);
        assertTrue(report.finished() > 0 && report.compared() > 20, report.toString());
    }
}
