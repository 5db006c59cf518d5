package tunebook.io.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tunebook.tensor.TunebookException;

/// Brings one file into the cache: continues what an earlier try left, checks the content's hash, and only then gives it its name.
final class Download {
    private static final int CHUNK = 1 << 18;
    private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-\\d+/.*");
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

    private final HubServer server;
    private final RepoCache cache;
    private final HubSettings settings;
    private final RepoId repo;
    private final String commit;
    private final RepoFile file;
    private final FetchProgress.Part progress;
    private final Path part;
    /// Whether what lies there is of one connection.
    private boolean whole;
    /// Whether it was thrown away once already.
    private boolean again;

    Download(HubServer server, RepoCache cache, HubSettings settings, RepoId repo, String commit, RepoFile file, FetchProgress.Part progress) {
        this.server = server;
        this.cache = cache;
        this.settings = settings;
        this.repo = repo;
        this.commit = commit;
        this.file = file;
        this.progress = progress;
        this.part = cache.part(file);
    }

    /// @throws IOException if the connection fails for good; what has come is kept for the next time
    /// @throws TunebookException if the hub refuses, the content is not what the hub says it is, or the disk does not take it
    void run() throws IOException, InterruptedException {
        try (FileLock lock = onDisk(() -> FileLock.of(cache.lock(file)))) {
            boolean fresh = !cache.hasBlob(file); // another process may have brought it while this one waited
            if (fresh) bring();
            if (!cache.has(commit, file)) onDisk(() -> cache.link(commit, file, fresh));
            progress.whole(file.size());
        }
    }

    private void bring() throws IOException, InterruptedException {
        Retries retries = server.retries();
        while (!isComplete() || !isRight())
            try {
                more(retries);
            } catch (IOException e) {
                retries.after(e);
            }
        onDisk(() -> RepoCache.replace(part, cache.blob(file)));
    }

    /// An empty file needs no server.
    private boolean isComplete() throws InterruptedException {
        return onDisk(() -> {
            if (file.size() == 0 && !Files.exists(part)) Files.createFile(part);
            return Files.exists(part) && Files.size(part) == file.size();
        });
    }

    /// Whether what lies there has the right hash. Where not it is thrown away, and fetched once more from the start if it was put together of several tries.
    private boolean isRight() throws InterruptedException {
        String hash = onDisk(() -> ContentHash.of(part, file));
        if (hash.equals(file.blob())) return true;
        discard();
        if (!whole && !again) {
            again = true;
            return false;
        }
        throw TunebookException.of("Hub.fetch", "what came is not what the hub says it is; it was thrown away", file.path() + " of " + repo + ", checksum " + hash + " instead of " + file.blob(),
            "try again; if it stays so, something between here and the hub changes files (a proxy, a virus scanner, a mirror)");
    }

    private void discard() throws InterruptedException {
        onDisk(() -> Files.deleteIfExists(part));
        progress.at(0);
    }

    private void more(Retries retries) throws IOException, InterruptedException {
        long left = onDisk(() -> Files.exists(part) ? Files.size(part) : 0);
        long from = left > file.size() ? 0 : left;
        try (Answer answer = server.file(repo, commit, file.path(), from)) {
            if (answer.status() == 416) {
                discard();
                throw new IOException("the server does not have the range from " + from);
            }
            Refusal.check(answer, repo, commit, file.path(), settings);
            checkVersion(answer.file());
            write(answer, start(answer, from), retries);
        }
    }

    /// What the hub says of the file beside its bytes must be what its listing said: found here before a gigabyte has come.
    private void checkVersion(Answer.FileHeaders said) {
        Optional<String> etag = said.etag().filter(e -> HASH.matcher(e).matches());
        if (said.commit().filter(c -> !c.equals(commit)).isPresent()) throw other("commit " + said.commit().get(), commit);
        if (etag.filter(e -> !e.equals(file.blob())).isPresent()) throw other("checksum " + etag.get(), file.blob());
        if (said.size().filter(s -> s != file.size()).isPresent()) throw other(said.size().get() + " bytes", file.size() + " bytes");
    }

    private TunebookException other(String said, String listed) {
        return TunebookException.of("Hub.fetch", "the hub offers another file than it lists", file.path() + " of " + repo + ", " + said + " instead of " + listed,
            "try again; if it stays so, check HF_ENDPOINT and your proxy settings");
    }

    /// Where the body of the answer belongs: a server may answer a range with the whole file.
    private long start(Answer answer, long asked) throws IOException, InterruptedException {
        if (answer.status() != 206) return 0;
        Matcher range = RANGE.matcher(answer.header("Content-Range").orElse(""));
        if (range.matches() && Long.parseLong(range.group(1)) == asked) return asked;
        discard();
        throw new IOException("the server sends another range than the one from " + asked);
    }

    private void write(Answer answer, long start, Retries retries) throws IOException, InterruptedException {
        whole = start == 0;
        progress.at(start);
        byte[] chunk = new byte[CHUNK];
        long at = start;
        try (RandomAccessFile out = onDisk(() -> open(start)); InputStream body = answer.body()) {
            for (int n = body.read(chunk); n >= 0; n = body.read(chunk)) {
                if (Thread.interrupted()) throw new InterruptedException();
                int bytes = n;
                if (at + bytes > file.size()) throw tooLong();
                onDisk(() -> out.write(chunk, 0, bytes));
                at += bytes;
                progress.received(bytes);
                retries.progressed();
            }
            onDisk(() -> out.getFD().sync());
        }
        if (at < file.size()) throw new IOException("the connection was cut after " + at + " of " + file.size() + " bytes");
    }

    private RandomAccessFile open(long start) throws IOException {
        var out = new RandomAccessFile(part.toFile(), "rw");
        if (out.length() > start) out.setLength(start);
        out.seek(start);
        return out;
    }

    private TunebookException tooLong() throws InterruptedException {
        discard();
        return TunebookException.of("Hub.fetch", "the server sends more than the file has; it was thrown away", file.path() + " of " + repo + ", " + file.size() + " bytes",
            "try again; if it stays so, check HF_ENDPOINT and your proxy settings");
    }

    /// Work on files, told apart from work on connections: what fails here is not tried again.
    private interface Work<T> {
        T run() throws IOException, InterruptedException;
    }

    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    private <T> T onDisk(Work<T> work) throws InterruptedException {
        try {
            return work.run();
        } catch (IOException e) {
            throw disk(e);
        }
    }

    private void onDisk(Step step) throws InterruptedException {
        onDisk(() -> {
            step.run();
            return Optional.empty();
        });
    }

    /// A full disk gets back what was written; otherwise it stays for the next try.
    private TunebookException disk(IOException e) {
        boolean full = String.valueOf(e.getMessage()).contains("No space left") || String.valueOf(e.getMessage()).contains("quota");
        if (full) part.toFile().delete();
        return full ? TunebookException.because(e, "Hub.fetch", "the disk is full", file.path() + ", " + file.size() + " bytes, in " + part.getParent(),
                "free some space, or set HF_HUB_CACHE to a folder on another disk; what had come of this file was removed")
            : TunebookException.because(e, "Hub.fetch", "the cache cannot be written", part + " (" + e + ")", "set HF_HUB_CACHE (or HF_HOME) to a folder that you may write to");
    }
}
