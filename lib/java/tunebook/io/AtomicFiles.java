package tunebook.io;

import java.io.BufferedOutputStream;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.ThreadLocalRandom;
import tunebook.tensor.TunebookException;

/// Writes files whole or not at all: readers see the old file or the new one, never a part.
///
/// The bytes go to a hidden file in the same folder, are forced to the disk and then renamed over the target. Missing
/// parent folders are made. Whatever fails (a read-only folder, a full disk, the content itself) ends in a
/// [TunebookException] that names the file, with the old file untouched and the hidden one removed. An interrupt of the
/// thread does not break a write that has begun: a stopped training run can still save what it has.
public final class AtomicFiles {
    private static final String WRITE = "AtomicFiles.write";
    private static final int CHUNK = 1 << 20;

    private AtomicFiles() {}

    /// What a file is to hold. It writes to `out` and need not close it.
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    public static void write(Path file, byte[] bytes) {
        write(file, out -> out.write(bytes));
    }

    /// Writes `text` in UTF-8, as it is: no line end is added or changed.
    public static void writeText(Path file, String text) {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    public static void write(Path file, Content content) {
        SequencedMap<Path, Content> one = new LinkedHashMap<>();
        one.put(file, content);
        writeAll(one);
    }

    /// Writes several files, in order: all are written beside their targets first, and only when every one is safely on
    /// disk are they renamed. Put the file that points at the others (an index) last.
    public static void writeAll(SequencedMap<Path, Content> files) {
        List<Staged> staged = new ArrayList<>();
        try {
            files.forEach((file, content) -> staged.add(stage(file, content)));
            for (Staged s : staged) s.commit();
        } finally {
            staged.forEach(s -> s.temporary.delete());
        }
    }

    /// Copies all of `bytes` to `out`, a megabyte at a time.
    public static void copy(MemorySegment bytes, OutputStream out) throws IOException {
        byte[] chunk = new byte[(int) Math.min(CHUNK, bytes.byteSize())];
        for (long at = 0; at < bytes.byteSize(); at += chunk.length) {
            int n = (int) Math.min(chunk.length, bytes.byteSize() - at);
            MemorySegment.copy(bytes, at, MemorySegment.ofArray(chunk), 0, n);
            out.write(chunk, 0, n);
        }
    }

    private record Staged(File temporary, Path target) {
        void commit() {
            try {
                move(temporary.toPath(), target);
                forceFolder(target.getParent());
            } catch (IOException e) {
                throw failed(e, WRITE, target);
            }
        }
    }

    private static Staged stage(Path file, Content content) {
        Path target = file.toAbsolutePath();
        if (Files.isDirectory(target))
            throw TunebookException.of(WRITE, "the target is a folder", target.toString(), "name a file inside it");
        File temporary = temporaryFor(target).toFile();
        try {
            Files.createDirectories(target.getParent());
            fill(temporary, content);
            return new Staged(temporary, target);
        } catch (IOException e) {
            TunebookException error = failed(e, WRITE, target);    // before the delete: it looks at the space that is left
            temporary.delete();
            throw error;
        } catch (RuntimeException | Error e) {
            temporary.delete();
            throw e;
        }
    }

    static Path temporaryFor(Path target) {
        String id = Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36);
        return target.resolveSibling("." + target.getFileName() + "." + id + ".tmp");
    }

    /// A stream and not a channel: an interrupt closes a channel under its writer.
    static void fill(File temporary, Content content) throws IOException {
        try (FileOutputStream file = new FileOutputStream(temporary)) {
            Blocks out = new Blocks(file);
            content.writeTo(out);
            out.flush();
            file.getFD().sync();
        }
    }

    static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /// Makes the rename itself durable where the system can (Windows cannot open folders).
    static void forceFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // The file is whole and in place; only a power cut in the next seconds could still undo the rename.
        }
    }

    /// What `operation` says where writing `target` failed by `e`.
    static TunebookException failed(IOException e, String operation, Path target) {
        String given = target + " (" + reason(e) + ")";
        if (isFull(e, target))
            return TunebookException.because(e, operation, "the disk is full", given, "free some space or write elsewhere; nothing was left behind");
        if (isDenied(e))
            return TunebookException.because(e, operation, "writing is not permitted here", given,
                "choose a folder that you may write to; nothing was left behind");
        return TunebookException.because(e, operation, "could not write the file", given, "see the reason; nothing was left behind");
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static boolean isFull(IOException e, Path target) {
        if (reason(e).contains("No space left") || reason(e).contains("quota exceeded")) return true;
        try {
            // Where the system's words are not English.
            return Files.getFileStore(target.getParent()).getUsableSpace() == 0 && !isDenied(e);
        } catch (IOException unknown) {
            return false;
        }
    }

    private static boolean isDenied(IOException e) {
        return e instanceof AccessDeniedException || reason(e).contains("Permission denied") || reason(e).contains("Read-only file system");
    }

    /// Gathers small writes into blocks; large ones pass through.
    private static final class Blocks extends BufferedOutputStream {
        Blocks(OutputStream out) {
            super(out, 1 << 16);
        }

        /// The file is closed by its owner, after it was forced to the disk.
        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
