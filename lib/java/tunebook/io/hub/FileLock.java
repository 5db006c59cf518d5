package tunebook.io.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// Keeps one file from being fetched twice at a time, by threads or by processes of this library.
///
/// Java's locks (`fcntl`) and those of Python's client (`flock`) do not see each other on Linux. Nothing is lost by that: each client writes into a file of its
/// own and renames it when it is whole, so that both at once cost bandwidth only. Where the file system has no locks the same holds.
final class FileLock implements AutoCloseable {
    private static final ConcurrentHashMap<Path, ReentrantLock> OURS = new ConcurrentHashMap<>();
    private static final int LOOK_AGAIN_MS = 100;
    private final ReentrantLock own;
    private final FileChannel channel;

    private FileLock(ReentrantLock own, FileChannel channel) {
        this.own = own;
        this.channel = channel;
    }

    /// Waits until nobody else holds `file`, which is left behind, as Python leaves it.
    static FileLock of(Path file) throws IOException, InterruptedException {
        ReentrantLock own = OURS.computeIfAbsent(file.toAbsolutePath().normalize(), f -> new ReentrantLock());
        own.lockInterruptibly();
        try {
            return new FileLock(own, open(file));
        } catch (IOException | RuntimeException | InterruptedException e) {
            own.unlock();
            throw e;
        }
    }

    private static FileChannel open(Path file) throws IOException, InterruptedException {
        boolean fresh = !Files.exists(file);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (fresh && Files.getFileStore(file).supportsFileAttributeView("posix"))
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--")); // a group may share a cache
            while (channel.tryLock() == null) Thread.sleep(LOOK_AGAIN_MS); // waiting in the system would hold the thread that carries a virtual one
        } catch (InterruptedException e) {
            channel.close();
            throw e;
        } catch (IOException e) {
            // this file system has no locks
        }
        return channel;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // the lock goes with it
        } finally {
            own.unlock();
        }
    }
}
