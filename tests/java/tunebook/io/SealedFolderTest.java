package tunebook.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static tunebook.io.SafeTensorsTest.assertMessage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealedFolderTest {
    @TempDir
    Path folder;

    private static LinkedHashMap<String, AtomicFiles.Content> two() {
        LinkedHashMap<String, AtomicFiles.Content> files = new LinkedHashMap<>();
        files.put("a.txt", out -> out.write("하나".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        files.put("b.bin", out -> out.write(new byte[300_000]));
        return files;
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aFolderIsWrittenWithChecksumsThatOthersRead() throws Exception {
        Path target = folder.resolve("x/y");
        SealedFolder.write(target, two());
        assertEquals(List.of("SHA256SUMS", "a.txt", "b.bin"), names(target));
        assertEquals(List.of("y"), names(target.getParent()));
        SealedFolder.verify(target, List.of("a.txt", "b.bin"));
        Process check;
        try {
            check = new ProcessBuilder("sha256sum", "-c", "SHA256SUMS").directory(target.toFile()).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        } catch (IOException e) {
            assumeTrue(false, "there is no sha256sum here");
            return;
        }
        assertEquals(0, check.waitFor());
    }

    @Test
    void contentThatFailsLeavesNothing() throws IOException {
        LinkedHashMap<String, AtomicFiles.Content> files = two();
        IllegalStateException own = new IllegalStateException("stopped");
        files.put("c", out -> { throw own; });
        assertSame(own, assertThrows(IllegalStateException.class, () -> SealedFolder.write(folder.resolve("y"), files)));
        files.put("c", out -> { throw new IOException("cable pulled"); });
        assertMessage(() -> SealedFolder.write(folder.resolve("y"), files), "SealedFolder.write: could not write the file", "cable pulled", "nothing was left behind");
        assertEquals(List.of(), names(folder));
    }

    @Test
    void anExistingFolderIsNotWrittenOver() throws IOException {
        SealedFolder.write(folder.resolve("y"), two());
        assertMessage(() -> SealedFolder.write(folder.resolve("y"), new LinkedHashMap<>()), "it exists already");
        assertEquals(List.of("SHA256SUMS", "a.txt", "b.bin"), names(folder.resolve("y")));
        assertEquals(List.of("y"), names(folder));
    }

    @Test
    void whatIsNotAsItWasWrittenIsNamed() throws IOException {
        Path y = folder.resolve("y");
        SealedFolder.write(y, two());
        assertMessage(() -> SealedFolder.verify(y, List.of("c")), "SealedFolder.verify: the folder is damaged", "SHA256SUMS: it does not list c", "take another copy of y, or delete it");
        Files.writeString(y.resolve("a.txt"), "둘");
        assertMessage(() -> SealedFolder.verify(y, List.of()), "a.txt: SHA-256 ", ", written as ");
        Files.delete(y.resolve("a.txt"));
        assertMessage(() -> SealedFolder.verify(y, List.of()), "a.txt: it is missing");
        Files.writeString(y.resolve("SHA256SUMS"), "0".repeat(64) + "  ../escape\n");
        assertMessage(() -> SealedFolder.verify(y, List.of()), "a line is not a checksum and a name");
        Files.delete(y.resolve("SHA256SUMS"));
        assertMessage(() -> SealedFolder.verify(y, List.of()), "SHA256SUMS: it is missing");
    }

    @Test
    void aDeletedFolderIsGoneAndSoAreLeftovers() throws IOException {
        SealedFolder.write(folder.resolve("y"), two());
        SealedFolder.delete(folder.resolve("y"));
        assertEquals(List.of(), names(folder));
        assertMessage(() -> SealedFolder.delete(folder.resolve("y")), "SealedFolder.delete: the folder cannot be removed", "y");
        for (String left : List.of(".y.1x.tmp", ".z.tmp", "y.1x.tmp")) Files.writeString(Files.createDirectory(folder.resolve(left)).resolve("part"), "half");
        Files.writeString(folder.resolve(".file.1x.tmp"), "another's");
        assertEquals(1, SealedFolder.sweep(folder));
        assertEquals(List.of(".file.1x.tmp", ".z.tmp", "y.1x.tmp"), names(folder));
        assertMessage(() -> SealedFolder.sweep(folder.resolve("no")), "SealedFolder.sweep", "no");
        assertFalse(Files.exists(folder.resolve("no")));
        assertTrue(Files.exists(folder));
    }
}
