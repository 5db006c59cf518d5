package tunebook.io;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tunebook.tensor.Sha256;
import tunebook.tensor.TunebookException;

/// Folders that appear whole or not at all, with a checksum of each file in `SHA256SUMS` (`sha256sum -c` reads it too).
///
/// The files go to a hidden folder beside the target, each is forced to the disk, and the folder is renamed. A process killed at any instant leaves
/// the target absent or whole, and perhaps a hidden folder that [#sweep] removes.
public final class SealedFolder {
    private static final String SUMS = "SHA256SUMS";
    private static final Pattern LEFTOVER = Pattern.compile("\\..+\\.[0-9a-z]+\\.tmp");
    private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  ([A-Za-z0-9_.-]+)");

    private SealedFolder() {}

    /// Writes `files`, by name, into the new folder `target`. Missing parent folders are made.
    ///
    /// @throws TunebookException if the folder exists, if the disk is full, or if it cannot be written; nothing of it is there then
    public static void write(Path target, SequencedMap<String, AtomicFiles.Content> files) {
        Path folder = target.toAbsolutePath();
        Path hidden = AtomicFiles.temporaryFor(folder);
        try {
            if (Files.exists(folder)) throw new FileAlreadyExistsException(folder.toString(), null, "it exists already");
            Files.createDirectories(hidden);
            fill(hidden, files);
            Files.move(hidden, folder, StandardCopyOption.ATOMIC_MOVE);
            AtomicFiles.forceFolder(folder.getParent());
        } catch (IOException e) {
            TunebookException error = AtomicFiles.failed(e, "SealedFolder.write", folder);     // before the removal: it looks at the space that is left
            removeQuietly(hidden);
            throw error;
        } catch (RuntimeException | Error e) {
            removeQuietly(hidden);
            throw e;
        }
    }

    private static void fill(Path hidden, SequencedMap<String, AtomicFiles.Content> files) throws IOException {
        Map<String, String> sums = new TreeMap<>();
        for (Map.Entry<String, AtomicFiles.Content> file : files.entrySet()) {
            MessageDigest digest = Sha256.digest();
            AtomicFiles.fill(hidden.resolve(file.getKey()).toFile(), out -> {
                OutputStream both = new DigestOutputStream(out, digest);
                file.getValue().writeTo(both);
                both.flush();
            });
            sums.put(file.getKey(), Sha256.hex(digest));
        }
        String text = sums.entrySet().stream().map(e -> e.getValue() + "  " + e.getKey() + "\n").collect(Collectors.joining());
        AtomicFiles.fill(hidden.resolve(SUMS).toFile(), out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
        AtomicFiles.forceFolder(hidden);
    }

    /// Reads every file of `folder` and holds it against its checksum; `names` must be among them.
    ///
    /// @throws TunebookException naming the first file that is missing or not as it was written
    public static void verify(Path folder, List<String> names) {
        Map<String, String> sums = sums(folder);
        for (String name : names) if (!sums.containsKey(name)) throw damaged(folder.resolve(SUMS), "it does not list " + name);
        sums.forEach((name, sum) -> {
            Path file = folder.resolve(name);
            if (!Files.isRegularFile(file)) throw damaged(file, "it is missing");
            String found = sha256(file);
            if (!found.equals(sum)) throw damaged(file, "SHA-256 " + found + ", written as " + sum);
        });
    }

    private static Map<String, String> sums(Path folder) {
        Path file = folder.resolve(SUMS);
        if (!Files.isRegularFile(file)) throw damaged(file, "it is missing");
        Map<String, String> sums = new TreeMap<>();
        for (String line : TextFiles.lines(file)) {
            var parts = LINE.matcher(line);
            if (!parts.matches()) throw damaged(file, "a line is not a checksum and a name");
            sums.put(parts.group(2), parts.group(1));
        }
        return sums;
    }

    private static TunebookException damaged(Path file, String how) {
        return TunebookException.of("SealedFolder.verify", "the folder is damaged", file.toAbsolutePath() + ": " + how,
            "take another copy of " + file.toAbsolutePath().getParent().getFileName() + ", or delete it");
    }

    /// Removes `folder` at once or not at all: it is renamed to a hidden one first.
    ///
    /// @throws TunebookException if it cannot be renamed
    public static void delete(Path folder) {
        Path hidden = AtomicFiles.temporaryFor(folder.toAbsolutePath());
        try {
            Files.move(folder, hidden, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw TunebookException.because(e, "SealedFolder.delete", "the folder cannot be removed", folder.toAbsolutePath() + " (" + e + ")", "check its permissions");
        }
        removeQuietly(hidden);
    }

    /// Removes what writes and removals that were cut off have left in `parent`; returns how many there were. Nobody else may be writing there.
    public static int sweep(Path parent) {
        try (Stream<Path> entries = Files.list(parent)) {
            List<Path> left = entries.filter(p -> LEFTOVER.matcher(p.getFileName().toString()).matches() && Files.isDirectory(p)).toList();
            left.forEach(SealedFolder::removeQuietly);
            return left.size();
        } catch (IOException e) {
            throw AtomicFiles.failed(e, "SealedFolder.sweep", parent.toAbsolutePath());
        }
    }

    /// A hidden folder of files; what cannot be removed now is removed by the next [#sweep].
    static void removeQuietly(Path hidden) {
        File[] files = hidden.toFile().listFiles();
        if (files != null) for (File file : files) file.delete();
        hidden.toFile().delete();
    }

    private static String sha256(Path file) {
        try {
            return Sha256.hex(file);
        } catch (IOException e) {
            throw TunebookException.because(e, "SealedFolder.verify", "the file cannot be read", file.toAbsolutePath() + " (" + e + ")", "check its permissions");
        }
    }
}
