package tunebook.silent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class SilentFailuresTest {
    private static final Map<String, List<Mistake>> ALL = SilentFailures.all();
    /// The table's rows by their names.
    private static final Map<String, String> ROWS = new LinkedHashMap<>();

    @TempDir
    Path folder;

    @BeforeAll
    static void read() throws IOException {
        for (String line : Files.readAllLines(SilentFailures.TABLE))
            if (line.startsWith("| ")) ROWS.put(line.substring(2, line.indexOf(' ', 2)), line);
    }

    private static List<Mistake> mistakes() {
        return ALL.values().stream().flatMap(List::stream).toList();
    }

    @TestFactory
    Stream<DynamicTest> aMistakeIsMetWithTheWordsOfTheTable() {
        return mistakes().stream().map(m -> DynamicTest.dynamicTest(m.name(), () ->
            assertEquals(ROWS.get(m.name()), SilentFailures.row(m, m.told(Files.createDirectory(folder.resolve(m.name())))))));
    }

    @Test
    void theTableHoldsNothingElse() throws IOException {
        Map<String, List<String>> rows = new LinkedHashMap<>();
        ALL.forEach((heading, group) -> rows.put(heading, group.stream().map(m -> ROWS.get(m.name())).toList()));
        assertEquals(SilentFailures.text(rows), Files.readString(SilentFailures.TABLE));
    }

    @Test
    void everyMistakeThatThePeersWereWatchedWithIsOneOfOurs() {
        List<String> names = mistakes().stream().map(Mistake::name).toList();
        assertEquals(names.size(), new HashSet<>(names).size());
        List<String> lacking = new ArrayList<>(SilentFailures.watched());
        lacking.removeAll(names);
        assertEquals(List.of(), lacking);
        assertTrue(names.size() >= 45 && SilentFailures.watched().size() >= 15, names.size() + " and " + SilentFailures.watched().size());
    }
}
