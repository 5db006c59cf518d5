package tunebook.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FuzzTest {
    private static final int TIMES = 25;

    /// 1,000 inputs in all. More of them, read once: `tests/recorded/fuzz.md`.
    @ParameterizedTest
    @EnumSource
    void damagedFilesAreReadOrEndInOurOwnError(Kind kind, @TempDir Path folder) throws IOException {
        Fuzz.Report report = new Fuzz(kind, 1, folder).run(0, TIMES * kind.share, _ -> {});
        assertEquals(List.of(), report.wrong());
        assertTrue(report.read() > 0 && !report.errors().isEmpty(), report + "\n" + Fuzz.lines(report.errors()));
    }
}
