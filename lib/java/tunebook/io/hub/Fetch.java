package tunebook.io.hub;

import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import tunebook.io.Nearest;
import tunebook.tensor.TunebookException;

/// One request for files of a repository: finds the commit and its listing, brings what is missing, and notes the commit when all is there.
///
/// A revision's commit is written last: until then the cache says what it said before, so that a fetch that fails leaves an older snapshot in use.
final class Fetch implements AutoCloseable {
    private static final int PARALLEL = 4;
    private static final int REPORTS_A_SECOND = 5;

    private final Hub hub;
    private final HubSettings settings;
    private final RepoCache cache;
    private final FetchListener listener;
    private final Queue<String> notes = new ConcurrentLinkedQueue<>();
    private final HubServer server;
    private final ExecutorService pool = Executors.newFixedThreadPool(PARALLEL, Thread.ofVirtual().name("hub-", 0).factory());

    Fetch(Hub hub, Retries.Pause pause) {
        this.hub = hub;
        this.settings = hub.settings();
        this.cache = new RepoCache(hub.repo(), settings);
        this.listener = hub.listener().get();
        this.server = new HubServer(settings, pause, notes::add);
    }

    /// What is known of the revision.
    ///
    /// @param files  all that the commit has; empty where only a cache without a listing is there
    /// @param online whether what is missing can be fetched
    private record Known(String commit, Optional<List<RepoFile>> files, boolean online) {}

    /// The folder with all files that the patterns choose.
    Path folder() throws InterruptedException {
        Known known = known();
        if (known.files.isEmpty()) return unlisted(known.commit);
        List<RepoFile> wanted = known.files.get().stream().filter(f -> hub.patterns().matches(f.path())).toList();
        if (wanted.isEmpty())
            throw TunebookException.of("Hub.fetch", "no file of the repository is wanted", hub + ", " + hub.patterns() + "; it has " + some(known.files.get(), RepoFile::path),
                "correct the patterns: * is any text, folders included");
        bring(known, wanted);
        return cache.snapshot(known.commit);
    }

    /// One file's place.
    Path file(String path) throws InterruptedException {
        Known known = known();
        return place(known, path).orElseThrow(() -> {
            String near = known.files.map(all -> "; nearest: " + String.join(", ", Nearest.names(path, all.stream().map(RepoFile::path).toList(), 3))).orElse("");
            return TunebookException.of("Hub.fetch", "the repository has no such file", path + " of " + hub + near, "choose one that it has: files() lists them");
        });
    }

    /// The same; empty if the commit has no such file.
    Optional<Path> find(String path) throws InterruptedException {
        return place(known(), path);
    }

    private Optional<Path> place(Known known, String path) throws InterruptedException {
        Path pointer = cache.pointer(known.commit, path);
        if (known.files.isEmpty()) {
            if (Files.isRegularFile(pointer)) return Optional.of(pointer);
            if (cache.isAbsent(known.commit, path)) return Optional.empty();
            throw notCached(path + " is not in the cache");
        }
        List<RepoFile> wanted = known.files.get().stream().filter(f -> f.path().equals(path)).toList();
        if (wanted.isEmpty()) {
            if (known.online) writeQuietly(() -> cache.writeAbsent(known.commit, path), () -> cache.writeCommit(hub.revision(), known.commit));
            return Optional.empty();
        }
        bring(known, wanted);
        return Optional.of(pointer);
    }

    List<RepoFile> files() throws InterruptedException {
        return known().files.orElseThrow(() -> notCached("the cache has no listing of its files"));
    }

    private Known known() throws InterruptedException {
        if (settings.offline()) return cached().orElseThrow(() -> notCached("it is not in the cache"));
        try {
            var asked = new ExecutorCompletionService<Known>(pool);
            asked.submit(() -> {
                String commit = RepoFile.isCommit(hub.revision()) ? hub.revision() : server.commit(hub.repo(), hub.revision());
                return new Known(commit, Optional.of(listing(commit)), true);
            });
            return next(asked, () -> {});
        } catch (IOException e) {
            Known cached = cached().orElseThrow(() -> unreachable(e));
            notes.add("Hub: " + settings.endpoint() + " cannot be reached (" + reason(e) + "): " + hub + " is taken from the cache, commit " + cached.commit);
            return cached;
        } finally {
            tellNotes();
        }
    }

    private List<RepoFile> listing(String commit) throws IOException, InterruptedException {
        Optional<List<RepoFile>> cached = cache.listing(commit);
        if (cached.isPresent()) return cached.get();
        List<RepoFile> files = server.listing(hub.repo(), commit);
        writeQuietly(() -> cache.writeListing(commit, files));
        return files;
    }

    private Optional<Known> cached() {
        return cache.commit(hub.revision()).filter(commit -> Files.isDirectory(cache.snapshot(commit))).map(commit -> new Known(commit, cache.listing(commit), false));
    }

    /// A snapshot that an older client left without a listing: whether it is all of the commit cannot be known, whether it has something of the patterns can.
    private Path unlisted(String commit) {
        Path snapshot = cache.snapshot(commit);
        try (Stream<Path> walk = Files.walk(snapshot)) {
            if (walk.filter(Files::isRegularFile).anyMatch(f -> hub.patterns().matches(snapshot.relativize(f).toString().replace('\\', '/')))) return snapshot;
        } catch (IOException e) {
            throw TunebookException.because(e, "Hub.fetch", "the cache cannot be read", snapshot + " (" + e + ")", "check that you may read it");
        }
        throw notCached(hub.patterns() + " is not in the cache");
    }

    private void bring(Known known, List<RepoFile> wanted) throws InterruptedException {
        List<RepoFile> missing = wanted.stream().filter(f -> !cache.has(known.commit, f)).toList();
        if (!missing.isEmpty() && !known.online) throw notCached(missing.size() + " of " + wanted.size() + " files are not in the cache (" + some(missing, RepoFile::path) + ")");
        if (missing.isEmpty()) writeQuietly(() -> cache.writeCommit(hub.revision(), known.commit));
        else {
            download(known.commit, missing);
            cache.writeCommit(hub.revision(), known.commit);
        }
    }

    /// What a cache that one may only read does without.
    private static void writeQuietly(Runnable... writes) {
        try {
            for (Runnable write : writes) write.run();
        } catch (TunebookException e) {
            // all that is asked for is there
        }
    }

    private void download(String commit, List<RepoFile> missing) throws InterruptedException {
        cache.prepare();
        long bytes = missing.stream().mapToLong(RepoFile::size).sum();
        checkSpace(missing);
        var progress = new FetchProgress(hub.repo().name(), bytes, missing.size());
        var done = new ExecutorCompletionService<Void>(pool);
        for (RepoFile file : missing.stream().sorted(Comparator.comparingLong(RepoFile::size).reversed()).toList())
            done.submit(() -> {
                new Download(server, cache, settings, hub.repo(), commit, file, progress.new Part()).run();
                return null;
            });
        try {
            for (RepoFile file : missing) next(done, () -> listener.onProgress(progress.report()));
        } catch (IOException e) {
            FetchReport r = progress.report();
            throw TunebookException.because(e, "Hub.fetch", "the download stopped: " + reason(e), "%s, %d of %d files, %,d of %,d bytes"
                .formatted(hub, r.files(), r.totalFiles(), r.bytes(), r.totalBytes()), "run it again: it goes on where it stopped");
        } finally {
            close();
            tellNotes();
            listener.onEnd(progress.report());
        }
    }

    /// What the next of the other threads comes to. What they want to be told meanwhile is told on this one.
    private <T> T next(ExecutorCompletionService<T> others, Runnable meanwhile) throws IOException, InterruptedException {
        Future<T> done = others.poll(1000 / REPORTS_A_SECOND, TimeUnit.MILLISECONDS);
        for (; done == null; done = others.poll(1000 / REPORTS_A_SECOND, TimeUnit.MILLISECONDS)) {
            tellNotes();
            meanwhile.run();
        }
        try {
            return done.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failed -> throw failed;
                case InterruptedException stopped -> throw stopped;
                case RuntimeException wrong -> throw wrong;
                default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    /// Contents count once, without what an earlier try left.
    private void checkSpace(List<RepoFile> missing) {
        Path blobs = cache.blob(missing.getFirst()).getParent();
        try {
            Map<String, Long> sizes = new HashMap<>();
            for (RepoFile file : missing)
                if (!cache.hasBlob(file)) sizes.put(file.blob(), file.size() - (Files.exists(cache.part(file)) ? Files.size(cache.part(file)) : 0));
            long needed = sizes.values().stream().mapToLong(Long::longValue).sum();
            long free = Files.getFileStore(blobs).getUsableSpace();
            if (free > 0 && free < needed) // some file systems cannot say and report 0
                throw TunebookException.of("Hub.fetch", "the disk has too little room; nothing was fetched", "%s, %,d MB to fetch, %,d MB free in %s"
                    .formatted(hub, needed >> 20, free >> 20, blobs), "free some space, set HF_HUB_CACHE to a folder on another disk, or fetch less with include");
        } catch (IOException e) {
            // then the disk itself will say
        }
    }

    private void tellNotes() {
        for (String note = notes.poll(); note != null; note = notes.poll()) listener.onNote(note);
    }

    private TunebookException unreachable(IOException e) {
        boolean limited = e instanceof Retries.Busy && e.getMessage().startsWith("HTTP status 429");
        return TunebookException.because(e, "Hub.fetch", "the hub cannot be reached: " + reason(e), hub + ", which is not in the cache, at " + settings.endpoint(),
            limited ? "wait some minutes; with an account's token in HF_TOKEN the limit is higher" : "check the network, HF_ENDPOINT and HTTPS_PROXY, and try again"
                + (e instanceof SSLException ? "; the certificate of a network that opens encrypted connections belongs into Java's trust store (-Djavax.net.ssl.trustStore)" : ""));
    }

    private TunebookException notCached(String wrong) {
        return TunebookException.of("Hub.fetch", wrong + (settings.offline() ? ", and HF_HUB_OFFLINE is set" : ", and the hub cannot be reached"), hub + ", cache " + settings.cache(),
            settings.offline() ? "unset HF_HUB_OFFLINE and fetch it once, or set HF_HUB_CACHE to the cache that has it" : "fetch it when there is a network");
    }

    private static String some(List<RepoFile> files, Function<RepoFile, String> words) {
        return String.join(", ", files.stream().limit(3).map(words).toList()) + (files.size() > 3 ? " and " + (files.size() - 3) + " more" : "");
    }

    private static String reason(Throwable e) {
        if (e instanceof UnknownHostException) return "no address is known for " + e.getMessage();
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /// Stops what is under way, and waits until it has.
    @Override
    public void close() {
        pool.shutdownNow();
        pool.close();
    }
}
