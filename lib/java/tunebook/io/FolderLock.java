package tunebook.io;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Set;
import tunebook.tensor.TunebookException;

/// The right to write into a folder, held by one at a time in all processes of the machine. It ends with [#close] or with the process, however that ends.
///
/// The folder's `.lock` file says who holds it, for messages. It stays behind: what counts is the system's lock on it.
public final class FolderLock implements AutoCloseable {
    private static final String FILE = ".lock";
    /// Folders locked by this process: the system's locks are one process's, and lost as soon as it closes the file a second time.
    private static final Set<Path> HELD = new HashSet<>();

    private final Path folder;
    private final RandomAccessFile file;

    private FolderLock(Path folder, RandomAccessFile file) {
        this.folder = folder;
        this.file = file;
    }

    /// Locks `folder`, which is made where it is missing. `operation` is what errors say was being done.
    ///
    /// @throws TunebookException if someone holds it (saying who), or if the folder cannot be written
    public static FolderLock of(String operation, Path folder) {
        synchronized (HELD) {
            Path lock = folder.toAbsolutePath().resolve(FILE);
            try {
                Path real = Files.createDirectories(folder).toRealPath();
                if (HELD.contains(real)) throw held(operation, folder, "this process itself");
                FolderLock taken = new FolderLock(real, take(operation, folder, lock));
                HELD.add(real);
                return taken;
            } catch (IOException e) {
                throw AtomicFiles.failed(e, operation, lock);
            }
        }
    }

    /// A random access file and not a channel of its own: an interrupt closes a channel that is written, and the lock with it.
    private static RandomAccessFile take(String operation, Path folder, Path lock) throws IOException {
        RandomAccessFile file = new RandomAccessFile(lock.toFile(), "rw");
        try {
            if (file.getChannel().tryLock() == null) throw held(operation, folder, owner(lock));
            file.setLength(0);
            file.write(("process " + ProcessHandle.current().pid() + " since " + Instant.now().truncatedTo(ChronoUnit.SECONDS)).getBytes(StandardCharsets.UTF_8));
            return file;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static TunebookException held(String operation, Path folder, String who) {
        return TunebookException.of(operation, "another run is writing to this folder", folder.toAbsolutePath() + ", " + who,
            "wait for it, stop it, or give another folder");
    }

    /// Who the file says holds the lock. Never read in the holder's own process.
    private static String owner(Path lock) {
        try {
            String text = Files.readString(lock);
            return text.isBlank() ? "process unknown" : text.strip();
        } catch (IOException e) {
            return "process unknown";
        }
    }

    /// Gives the folder free. A second call does nothing.
    @Override
    public void close() {
        synchronized (HELD) {
            if (!HELD.remove(folder)) return;
            try {
                file.close();
            } catch (IOException e) {
                throw TunebookException.because(e, "FolderLock.close", "the lock cannot be given back", folder + " (" + e + ")", "end this process");
            }
        }
    }
}
