package tunebook.io.hub;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import tunebook.tensor.TunebookException;

/// A model or a data set on the Hugging Face hub, by name.
///
/// `Hub.repo("google/gemma-3-270m-it").fetch()` is the folder of its files; `Hub.dataset("google/mobile-actions").file("dataset.jsonl")` is one file. What has been
/// fetched once is not fetched again. The cache is that of Python's `huggingface_hub`: either finds what the other fetched. Every file is checked against the
/// hub's checksum before it appears in the cache, a download that stopped goes on where it was, and several threads and processes may ask for the same at once.
/// Where the hub cannot be reached and the cache has all that is asked for, that is used, and the listener is told.
///
/// @param repo     which repository
/// @param revision a branch, a tag or a commit
/// @param patterns which files [#fetch] brings
/// @param settings where hub and cache are; read from the environment by [#repo] and [#dataset]
/// @param listener is told of progress; asked for one anew with each fetch
public record Hub(RepoId repo, String revision, FilePatterns patterns, HubSettings settings, Supplier<FetchListener> listener) {
    private static volatile Supplier<FetchListener> shown = () -> FetchListener.NOTES;

    /// @throws TunebookException if the revision has a form that no branch, tag or commit has
    public Hub {
        if (!RepoFile.staysInside(revision) || revision.isBlank())
            throw TunebookException.of("Hub.revision", "not a revision", "\"" + revision + "\"", "name a branch (main), a tag or a commit");
    }

    /// A model: `Hub.repo("google/gemma-3-270m-it")`.
    public static Hub repo(String name) {
        return new Hub(new RepoId(RepoId.Kind.MODEL, name), "main", FilePatterns.ALL, HubSettings.ofEnvironment(), shown);
    }

    /// A data set: `Hub.dataset("google/mobile-actions")`.
    public static Hub dataset(String name) {
        return new Hub(new RepoId(RepoId.Kind.DATASET, name), "main", FilePatterns.ALL, HubSettings.ofEnvironment(), shown);
    }

    /// What shows the progress of fetches that name no listener of their own, from now on; a notebook sets it.
    public static void show(Supplier<FetchListener> display) {
        shown = display;
    }

    /// Asks for an access token, which is not shown, and keeps it in the file that Python's client reads too.
    ///
    /// @return the file, which its owner alone can read
    /// @throws TunebookException if a token from elsewhere would be used before it, nobody can be asked, what was typed cannot be a token, or the file cannot be written
    public static Path login() {
        return Login.run(HubSettings.tokenFile(), HubSettings.ofEnvironment().token());
    }

    /// Who asks for a token from now on: takes the question and returns the text that was typed unseen, empty where nobody can be asked. A notebook sets it.
    public static void ask(UnaryOperator<String> prompt) {
        Login.asking = prompt;
    }

    public Hub revision(String name) {
        return new Hub(repo, name, patterns, settings, listener);
    }

    /// Only files that match one of these; see [FilePatterns].
    public Hub include(String... globs) {
        return new Hub(repo, revision, new FilePatterns(List.of(globs), patterns.exclude()), settings, listener);
    }

    /// No files that match one of these.
    public Hub exclude(String... globs) {
        return new Hub(repo, revision, new FilePatterns(patterns.include(), List.of(globs)), settings, listener);
    }

    public Hub settings(HubSettings other) {
        return new Hub(repo, revision, patterns, other, listener);
    }

    public Hub listen(FetchListener one) {
        return new Hub(repo, revision, patterns, settings, () -> one);
    }

    /// Brings the files that the patterns choose.
    ///
    /// @return the folder of the snapshot, which may hold other files of the commit too
    /// @throws TunebookException with what to do: the repository is missing, private or gated, nothing matches, the hub cannot be reached and the cache does not have
    ///         all, a checksum is wrong, the disk is full or read-only, the thread was interrupted
    public Path fetch() {
        return ask(Thread::sleep, Fetch::folder);
    }

    /// Brings one file, whatever the patterns say.
    ///
    /// @param path its path in the repository, with `/`
    /// @throws TunebookException as [#fetch] does, and if there is no such file
    public Path file(String path) {
        return ask(Thread::sleep, fetch -> fetch.file(checked(path)));
    }

    /// The same for a file that need not be there. That it is not is remembered, as Python's client does.
    public Optional<Path> find(String path) {
        return ask(Thread::sleep, fetch -> fetch.find(checked(path)));
    }

    /// All files of the revision, by path; fetches none.
    public List<RepoFile> files() {
        return ask(Thread::sleep, Fetch::files);
    }

    /// What is asked of a fetch.
    @FunctionalInterface
    interface Question<T> {
        T of(Fetch fetch) throws InterruptedException;
    }

    <T> T ask(Retries.Pause pause, Question<T> question) {
        try (Fetch fetch = new Fetch(this, pause)) {
            return question.of(fetch);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw TunebookException.because(e, "Hub.fetch", "interrupted", toString(), "run it again: it goes on where it stopped");
        }
    }

    private static String checked(String path) {
        if (!RepoFile.staysInside(path)) throw TunebookException.of("Hub.file", "not a path in a repository", "\"" + path + "\"", "write folders and name with /, as the hub shows them");
        return path;
    }

    @Override
    public String toString() {
        return repo + " at " + revision;
    }
}
