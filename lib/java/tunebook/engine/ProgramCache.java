package tunebook.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import tunebook.tensor.Sha256;

/// Compiled programs on disk. They are native code, so the folder is private to the user and each file carries its checksum.
///
/// A file is the 8 bytes `TNBKPRG1`, the SHA-256 of the rest, and the plug-in's serialized executable. Files are written whole or
/// not at all. Nothing here ever fails a compile: a folder that cannot be used, or a damaged file, is a note.
final class ProgramCache {
    private static final byte[] MAGIC = "TNBKPRG1".getBytes(StandardCharsets.US_ASCII);
    private static final int HASH = 32;
    /// 4 GiB: several hundred training steps of small models.
    private static final long DEFAULT_LIMIT = 4L << 30;
    private final Path folder;
    private final long limit;
    private final Consumer<String> notes;

    /// A cache in `folder`; `notes` hears of what goes wrong.
    ProgramCache(Path folder, Consumer<String> notes) {
        this(folder, DEFAULT_LIMIT, notes);
    }

    /// The same with at most `limit` bytes: the files that were not read for longest go first.
    ProgramCache(Path folder, long limit, Consumer<String> notes) {
        this.folder = folder;
        this.limit = limit;
        this.notes = notes;
    }

    /// `TUNEBOOK_CACHE`, or else `programs` in the user's cache folder.
    static Path defaultFolder() {
        String set = System.getProperty("TUNEBOOK_CACHE", System.getenv().getOrDefault("TUNEBOOK_CACHE", ""));
        if (!set.isBlank()) return Path.of(set);
        String xdg = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
        Path caches = xdg.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
        return caches.resolve("tunebook").resolve("programs");
    }

    /// The name of the file for what these parts say.
    static String key(String... parts) {
        MessageDigest digest = Sha256.digest();
        for (String part : parts) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            digest.update(ByteBuffer.allocate(4).putInt(bytes.length).flip());
            digest.update(bytes);
        }
        return Sha256.hex(digest);
    }

    /// The serialized executable kept under `key`; empty where there is none or it is damaged.
    Optional<byte[]> read(String key) {
        Path file = file(key);
        if (!Files.isRegularFile(file)) return Optional.empty();
        try {
            byte[] all = Files.readAllBytes(file);
            if (whole(all)) {
                touch(file);
                return Optional.of(Arrays.copyOfRange(all, MAGIC.length + HASH, all.length));
            }
            damaged(key, "its checksum is wrong");
        } catch (IOException e) {
            damaged(key, e.getMessage());
        }
        return Optional.empty();
    }

    private static boolean whole(byte[] all) {
        int start = MAGIC.length + HASH;
        if (all.length < start || !Arrays.equals(all, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) return false;
        MessageDigest digest = Sha256.digest();
        digest.update(all, start, all.length - start);
        return Arrays.equals(digest.digest(), Arrays.copyOfRange(all, MAGIC.length, start));
    }

    /// Notes that the file of `key` was of no use, and removes it.
    void damaged(String key, String why) {
        notes.accept("compile cache: " + file(key) + " is damaged (" + why + "); the program is compiled again");
        try {
            Files.deleteIfExists(file(key));
        } catch (IOException e) {
            notes.accept("compile cache: " + file(key) + " cannot be removed: " + e);
        }
    }

    /// Keeps `serialized` under `key`.
    void write(String key, byte[] serialized) {
        try {
            makePrivateFolder();
            Path part = Files.createTempFile(folder, key.substring(0, 16), ".part"); // created readable by the user only
            try {
                Files.write(part, framed(serialized));
                Files.move(part, file(key), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
            prune();
        } catch (IOException e) {
            notes.accept("compile cache: " + folder + " cannot be written (" + e + "); the program will be compiled again next time");
        }
    }

    /// Marks `file` as just read.
    private static void touch(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
    }

    /// Removes the files that were not read for longest until the rest is within the limit. Another process may be doing the same.
    private void prune() throws IOException {
        var oldestFirst = new TreeMap<String, Path>();
        long total = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.{program,part}")) {
            for (Path file : files) {
                var found = Files.readAttributes(file, BasicFileAttributes.class);
                total += found.size();
                oldestFirst.put(String.format("%020d", found.lastModifiedTime().toMillis()) + file, file);
            }
        } catch (NoSuchFileException e) {
            return; // the other one was here
        }
        for (Path file : oldestFirst.values()) {
            if (total <= limit) return;
            total -= Files.exists(file) ? Files.size(file) : 0;
            Files.deleteIfExists(file);
        }
    }

    private static byte[] framed(byte[] serialized) {
        return ByteBuffer.allocate(MAGIC.length + HASH + serialized.length).put(MAGIC).put(Sha256.digest().digest(serialized)).put(serialized).array();
    }

    private void makePrivateFolder() throws IOException {
        boolean posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
        if (!Files.isDirectory(folder)) Files.createDirectories(folder);
        if (posix) Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }

    private Path file(String key) {
        return folder.resolve(key + ".program");
    }
}
