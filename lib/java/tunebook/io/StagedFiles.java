package tunebook.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;

/// Files that are written aside, looked at there, and come to their place only when that look found nothing wrong.
///
/// They go to a hidden folder and are forced to the disk; a check reads them there and may add one more file. A folder that is new then appears at
/// once and whole; into one that exists the files are moved one by one, the check's last. Whatever fails leaves the target as it was.
public final class StagedFiles {
    private static final String WRITE = "StagedFiles.write";

    private StagedFiles() {}

    /// What `check` has to say of files that it found right.
    ///
    /// @param value what [#write] returns
    /// @param name  of the file that is put beside them
    public record Checked<T>(T value, String name, AtomicFiles.Content content) {}

    /// Writes `files`, by name in their order, into `folder`, which is made where it is missing. Files of other names in it stay as they are.
    ///
    /// @param check given the folder where they stand for now; what it throws is thrown, with nothing left behind
    /// @throws tunebook.tensor.TunebookException if the disk is full or a file cannot be written
    public static <T> T write(Path folder, SequencedMap<String, AtomicFiles.Content> files, Function<Path, Checked<T>> check) {
        Path target = folder.toAbsolutePath();
        boolean fresh = !Files.exists(target);
        Path hidden = AtomicFiles.temporaryFor(fresh ? target : target.resolve("staged"));
        try {
            Files.createDirectories(hidden);
            List<String> names = new ArrayList<>(files.sequencedKeySet());
            for (String name : names) fill(hidden, target, name, files.get(name));
            Checked<T> checked = check.apply(hidden);
            fill(hidden, target, checked.name(), checked.content());
            names.add(checked.name());
            if (fresh) Files.move(hidden, target, StandardCopyOption.ATOMIC_MOVE);
            else for (String name : names) AtomicFiles.move(hidden.resolve(name), target.resolve(name));
            AtomicFiles.forceFolder(fresh ? target.getParent() : target);
            return checked.value();
        } catch (IOException e) {
            throw AtomicFiles.failed(e, WRITE, target);
        } finally {
            SealedFolder.removeQuietly(hidden);
        }
    }

    private static void fill(Path hidden, Path target, String name, AtomicFiles.Content content) throws IOException {
        if (Files.isDirectory(target.resolve(name)))
            throw new IOException(name + " is a folder there");
        AtomicFiles.fill(hidden.resolve(name).toFile(), content);
    }
}
