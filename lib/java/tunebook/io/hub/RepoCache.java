package tunebook.io.hub;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import tunebook.io.AtomicFiles;
import tunebook.io.TextFiles;
import tunebook.tensor.TunebookException;

/// One repository's part of the cache, in the layout of Python's `huggingface_hub` (its guide "Manage the cache", and `file_download.py` of version 2.4.0):
///
/// ```
/// CACHEDIR.TAG                                      tells backup programs that this is a cache
/// .locks/models--owner--name/HASH.lock
/// models--owner--name/
///   blobs/HASH                                      contents, by SHA-256 (large files) or git's hash
///   refs/main                                       the commit that a revision was when it was last asked for
///   snapshots/COMMIT/config.json                    -> ../../blobs/HASH
///   trees/COMMIT.json                               the commit's files, sizes and hashes
///   .no_exist/COMMIT/chat_template.jinja            empty: the commit is known not to have that file
/// ```
final class RepoCache {
    private static final String TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# Downloads from the Hugging Face hub: they can be fetched again.\n";
    private final RepoId repo;
    private final Path root;
    private final Path folder;
    private final boolean symlinks;

    RepoCache(RepoId repo, HubSettings settings) {
        this.repo = repo;
        this.root = settings.cache();
        this.folder = root.resolve(repo.folder());
        this.symlinks = settings.symlinks();
    }

    Path snapshot(String commit) {
        return folder.resolve("snapshots").resolve(commit);
    }

    Path pointer(String commit, String path) {
        return snapshot(commit).resolve(path);
    }

    Path blob(RepoFile file) {
        return folder.resolve("blobs").resolve(file.blob());
    }

    /// Where a file grows while it is fetched. Ours alone: Python's client names its own differently, so neither writes into the other's.
    Path part(RepoFile file) {
        return folder.resolve("blobs").resolve(file.blob() + ".tunebook.incomplete");
    }

    Path lock(RepoFile file) {
        return root.resolve(".locks").resolve(repo.folder()).resolve(file.blob() + ".lock");
    }

    /// Whether the snapshot has the file, whole.
    boolean has(String commit, RepoFile file) {
        return isWhole(pointer(commit, file.path()), file);
    }

    boolean hasBlob(RepoFile file) {
        return isWhole(blob(file), file);
    }

    private static boolean isWhole(Path path, RepoFile file) {
        try {
            return Files.isRegularFile(path) && Files.size(path) == file.size();
        } catch (IOException e) {
            return false;
        }
    }

    Optional<String> commit(String revision) {
        if (RepoFile.isCommit(revision)) return Optional.of(revision);
        return text(folder.resolve("refs").resolve(revision)).map(String::strip).filter(RepoFile::isCommit);
    }

    /// Remembers what a revision is now. Nothing is written where that is known already.
    void writeCommit(String revision, String commit) {
        if (!commit(revision).equals(Optional.of(commit))) AtomicFiles.writeText(folder.resolve("refs").resolve(revision), commit);
    }

    Optional<List<RepoFile>> listing(String commit) {
        return text(tree(commit)).flatMap(Listing::ofTree);
    }

    void writeListing(String commit, List<RepoFile> files) {
        AtomicFiles.writeText(tree(commit), Listing.toTree(files));
    }

    private Path tree(String commit) {
        return folder.resolve("trees").resolve(commit + ".json");
    }

    /// Whether it is known that the commit has no such file.
    boolean isAbsent(String commit, String path) {
        return Files.exists(absent(commit, path));
    }

    void writeAbsent(String commit, String path) {
        if (!isAbsent(commit, path)) AtomicFiles.writeText(absent(commit, path), "");
    }

    private Path absent(String commit, String path) {
        return folder.resolve(".no_exist").resolve(commit).resolve(path);
    }

    private static Optional<String> text(Path file) {
        return Files.isRegularFile(file) ? Optional.of(TextFiles.read(file)) : Optional.empty();
    }

    /// Makes the folders that a download needs.
    void prepare() {
        try {
            Files.createDirectories(folder.resolve("blobs"));
            Files.createDirectories(lockFolder());
            if (!Files.exists(root.resolve("CACHEDIR.TAG"))) Files.writeString(root.resolve("CACHEDIR.TAG"), TAG);
        } catch (IOException e) {
            throw TunebookException.because(e, "Hub.fetch", "the cache cannot be written", folder + " (" + e + ")",
                "set HF_HUB_CACHE (or HF_HOME) to a folder that you may write to; what is already in a cache can also be read from one that is read-only");
        }
    }

    private Path lockFolder() {
        return root.resolve(".locks").resolve(repo.folder());
    }

    /// Puts a whole blob into the snapshot, under its name. Where there are no symbolic links, a fresh blob moves there and an older one, which other snapshots may
    /// need, is copied, as Python does.
    void link(String commit, RepoFile file, boolean fresh) throws IOException {
        Path pointer = pointer(commit, file.path());
        Files.createDirectories(pointer.getParent());
        Path temporary = pointer.resolveSibling("." + pointer.getFileName() + "." + Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36) + ".tmp");
        if (symlinks && linked(temporary, pointer.getParent().relativize(blob(file)))) replace(temporary, pointer);
        else if (fresh) replace(blob(file), pointer);
        else AtomicFiles.write(pointer, out -> Files.copy(blob(file), out));
    }

    private static boolean linked(Path link, Path target) throws IOException {
        try {
            Files.createSymbolicLink(link, target);
            return true;
        } catch (UnsupportedOperationException e) {
            return false;
        } catch (FileSystemException e) {
            if (System.getProperty("os.name").startsWith("Windows")) return false; // links need a right there that few have
            throw e;
        }
    }

    /// A rename that readers see done or not begun.
    static void replace(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
