package tunebook.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.tensor.TunebookException;

class StagedFilesTest {
    @TempDir
    Path folder;

    private static AtomicFiles.Content text(String text) {
        return out -> out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, String> contents(Path folder) {
        Map<String, String> out = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path f : files.toList()) out.put(f.getFileName().toString(), Files.readString(f));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out;
    }

    private static String write(Path target, String a, String b) {
        var files = new LinkedHashMap<>(Map.of("a", text(a)));
        files.put("b", text(b));
        return StagedFiles.write(target, files, aside -> {
            assertEquals(Map.of("a", a, "b", b), contents(aside), "the check sees what will be there");
            assertFalse(aside.equals(target));
            if (b.equals("wrong")) throw TunebookException.of("Check", "wrong", b, "mend it");
            return new StagedFiles.Checked<>(a + b, "seen", text("right"));
        });
    }

    @Test
    void aNewFolderAndOneThatIsThereGetTheFilesAndWhatTheCheckAdds() {
        Path target = folder.resolve("new/target");
        assertEquals("12", write(target, "1", "2"));
        assertEquals(Map.of("a", "1", "b", "2", "seen", "right"), contents(target));
        write(target, "3", "4");
        assertEquals(Map.of("a", "3", "b", "4", "seen", "right"), contents(target));
        assertEquals(List.of("target"), List.copyOf(List.of(folder.resolve("new").toFile().list())), "nothing is left beside it");
    }

    @Test
    void whatFailsItsCheckIsNotThereAndWhatWasThereStays() {
        Path target = folder.resolve("target");
        assertThrows(TunebookException.class, () -> write(target, "1", "wrong"));
        assertEquals(List.of(), List.of(folder.toFile().list()));
        write(target, "1", "2");
        assertThrows(TunebookException.class, () -> write(target, "3", "wrong"));
        assertEquals(Map.of("a", "1", "b", "2", "seen", "right"), contents(target));
    }

    @Test
    void aFolderInAFilesPlaceIsAnErrorBeforeAnythingMoves() throws IOException {
        Files.createDirectories(folder.resolve("target/b"));
        String message = assertThrows(TunebookException.class, () -> write(folder.resolve("target"), "1", "2")).getMessage();
        assertTrue(message.contains("b is a folder"), message);
        assertEquals(List.of("b"), List.of(folder.resolve("target").toFile().list()));
    }
}
