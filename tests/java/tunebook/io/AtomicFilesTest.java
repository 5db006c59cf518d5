package tunebook.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static tunebook.io.SafeTensorsTest.assertMessage;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;

class AtomicFilesTest {
    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    @TempDir
    Path folder;

    @Test
    void writesTextAndMakesMissingFolders() throws IOException {
        Path file = folder.resolve("a/b/c.txt");
        AtomicFiles.writeText(file, "하나\n");
        assertEquals("하나\n", Files.readString(file));
        AtomicFiles.writeText(file, "둘");
        assertEquals("둘", Files.readString(file));
        assertEquals(List.of("c.txt"), names(file.getParent()));
    }

    @Test
    void aRelativePathWithoutFolderIsTakenFromTheWorkingFolder() throws IOException {
        Path file = Path.of("target", "atomic-relative.txt");
        AtomicFiles.writeText(file, "x");
        assertEquals("x", Files.readString(file));
        Files.delete(file);
    }

    @Test
    void contentThatFailsLeavesTheOldFileAndNothingElse() throws IOException {
        Path file = folder.resolve("kept.txt");
        AtomicFiles.writeText(file, "old");
        IllegalStateException own = new IllegalStateException("stopped");
        assertSame(own, assertThrows(IllegalStateException.class, () -> AtomicFiles.write(file, out -> {
            out.write(new byte[100_000]);
            throw own;
        })));
        assertMessage(() -> AtomicFiles.write(file, out -> { throw new IOException("cable pulled"); }),
            "AtomicFiles.write: could not write the file", "kept.txt", "cable pulled", "nothing was left behind");
        assertEquals("old", Files.readString(file));
        assertEquals(List.of("kept.txt"), names(folder));
    }

    @Test
    void ofSeveralFilesAllAppearOrNone() throws IOException {
        LinkedHashMap<Path, AtomicFiles.Content> files = new LinkedHashMap<>();
        files.put(folder.resolve("1"), out -> out.write(1));
        files.put(folder.resolve("2"), out -> { throw new IOException("no"); });
        assertThrows(RuntimeException.class, () -> AtomicFiles.writeAll(files));
        assertEquals(List.of(), names(folder));
        files.put(folder.resolve("2"), out -> out.write(2));
        AtomicFiles.writeAll(files);
        assertEquals(List.of("1", "2"), names(folder));
    }

    @Test
    void aFolderIsNotATarget() {
        assertMessage(() -> AtomicFiles.writeText(folder, "x"), "the target is a folder", folder.toString(), "name a file inside it");
    }

    @Test
    void aFileInTheWayOfAFolderIsAnError() {
        AtomicFiles.writeText(folder.resolve("file"), "x");
        assertMessage(() -> AtomicFiles.writeText(folder.resolve("file/inside"), "x"), "AtomicFiles.write", "inside");
    }

    @Test
    void anInterruptedThreadStillWrites() throws IOException {
        Thread.currentThread().interrupt();
        AtomicFiles.write(folder.resolve("x"), new byte[300_000]);
        assertTrue(Thread.interrupted());
        assertEquals(300_000, Files.size(folder.resolve("x")));
    }

    @Test
    void copiesMoreThanOneChunk() throws IOException {
        byte[] bytes = new byte[(1 << 20) * 2 + 17];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) (i * 31 + (i >> 13));
        AtomicFiles.write(folder.resolve("big"), out -> AtomicFiles.copy(MemorySegment.ofArray(bytes), out));
        org.junit.jupiter.api.Assertions.assertArrayEquals(bytes, Files.readAllBytes(folder.resolve("big")));
    }

    @Test
    void aReadOnlyFolderIsAClearError() throws Exception {
        if (ROOT) {     // root may write into any folder, but not into a read-only mount
            onTmpfs(mount -> {
                AtomicFiles.writeText(mount.resolve("old"), "old");
                shell("mount", "-o", "remount,ro", mount.toString());
                assertReadOnly(mount);
            });
        } else {
            AtomicFiles.writeText(folder.resolve("old"), "old");
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
            try {
                assertReadOnly(folder);
            } finally {
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    private static void assertReadOnly(Path folder) throws IOException {
        assertMessage(() -> AtomicFiles.writeText(folder.resolve("old"), "new"), "writing is not permitted here", "old", "choose a folder that you may write to");
        assertMessage(() -> AtomicFiles.writeText(folder.resolve("sub/new"), "new"), "writing is not permitted here");
        assertEquals(List.of("old"), names(folder));
        assertEquals("old", Files.readString(folder.resolve("old")));
    }

    /// Needs a disk that is full: a 1 MB memory disk, which only root may mount. Elsewhere this is reported as skipped.
    @Test
    void aFullDiskIsAClearErrorAndLeavesTheOldFiles() throws Exception {
        assumeTrue(ROOT, "only root may mount the small disk that this test fills");
        onTmpfs(mount -> {
            HostArray small = HostArray.zeros(DType.F32, Shape.of(10)), large = HostArray.zeros(DType.F32, Shape.of(200_000));
            SafeTensors.writeSharded(mount, Map.of("a", small), Map.of(), 1000);
            byte[] before = Files.readAllBytes(mount.resolve("model.safetensors"));
            assertMessage(() -> AtomicFiles.write(mount.resolve("big"), new byte[2_000_000]), "the disk is full", "big", "free some space or write elsewhere");
            assertMessage(() -> SafeTensors.write(mount.resolve("model.safetensors"), Map.of("a", large, "b", large), Map.of()), "the disk is full");
            assertMessage(() -> SafeTensors.writeSharded(mount, Map.of("a", large, "b", large), Map.of(), 900_000), "the disk is full", "model-00002-of-00002");
            assertEquals(List.of("model.safetensors"), names(mount));
            org.junit.jupiter.api.Assertions.assertArrayEquals(before, Files.readAllBytes(mount.resolve("model.safetensors")));
        });
    }

    private interface OnMount {
        void run(Path mount) throws Exception;
    }

    private void onTmpfs(OnMount body) throws Exception {
        Path mount = Files.createDirectory(folder.resolve("disk"));
        assumeTrue(shell("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mount.toString()) == 0, "this root may not mount a memory disk");
        try {
            body.run(mount);
        } finally {
            assertEquals(0, shell("umount", mount.toString()));
        }
    }

    private static int shell(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        return process.exitValue();
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }
}
