package tunebook.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static tunebook.io.SafeTensorsTest.assertMessage;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.tensor.TunebookException;

class FolderLockTest {
    @TempDir
    Path folder;

    /// A process of its own that tries to lock a folder, says how that went and waits to be told to end.
    public static void main(String[] arguments) throws IOException {
        try (FolderLock lock = FolderLock.of("Other", Path.of(arguments[0]))) {
            System.out.println("locked");
            System.in.read();
        } catch (TunebookException e) {
            System.out.println(e.getMessage());
        }
    }

    private static Process other(Path folder) throws IOException {
        String path = FolderLock.class.getProtectionDomain().getCodeSource().getLocation().getPath() + ":" + FolderLockTest.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", path, FolderLockTest.class.getName(), folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    private static String line(Process process) throws IOException {
        return new BufferedReader(new java.io.InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
    }

    @Test
    void oneHoldsItAtATimeInAProcess() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Files.createDirectory(folder.resolve("run")));
        FolderLock lock = FolderLock.of("Test", folder.resolve("run"));
        for (Path same : new Path[] {folder.resolve("run"), link, folder.resolve("run/../run")})
            assertMessage(() -> FolderLock.of("Second", same), "Second: another run is writing to this folder", "this process itself", "wait for it, stop it, or give another folder");
        FolderLock.of("Test", folder.resolve("another")).close();
        lock.close();
        lock.close();
        FolderLock.of("Test", link).close();
    }

    @Test
    void anotherProcessIsToldWhoHoldsIt() throws Exception {
        try (FolderLock lock = FolderLock.of("Test", folder)) {
            assertThrows(TunebookException.class, () -> FolderLock.of("Second", folder)); // must not give the lock free
            Process other = other(folder);
            String said = line(other);
            assertTrue(said.startsWith("Other: another run is writing to this folder — " + folder + ", process " + ProcessHandle.current().pid() + " since 2"), said);
            assertEquals(0, other.waitFor());
        }
    }

    @Test
    void aKilledProcessHoldsItNoLonger() throws Exception {
        Process other = other(folder);
        assertEquals("locked", line(other));
        assertMessage(() -> FolderLock.of("Test", folder), "another run is writing", "process " + other.pid());
        other.destroyForcibly().waitFor();
        FolderLock.of("Test", folder).close();
    }

    @Test
    void anInterruptedThreadKeepsItsLock() throws Exception {
        Thread.currentThread().interrupt();
        try (FolderLock lock = FolderLock.of("Test", folder)) {
            assertTrue(Thread.interrupted());
            Process other = other(folder);
            assertTrue(line(other).contains("another run is writing"));
            other.waitFor();
        }
    }

    @Test
    void aFolderThatCannotBeMadeIsAnError() throws IOException {
        Files.writeString(folder.resolve("file"), "x");
        assertMessage(() -> FolderLock.of("Test", folder.resolve("file/inside")), "Test: could not write the file", ".lock");
    }
}
