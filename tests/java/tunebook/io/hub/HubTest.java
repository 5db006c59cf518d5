package tunebook.io.hub;

import static org.junit.jupiter.api.Assertions.*;
import static tunebook.io.hub.FakeHub.TOKEN;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.tensor.TunebookException;

/// The client against a hub of the tests' own: [FakeHub]. What goes wrong on the way is in `HubFailuresTest`.
class HubTest {
    private final FakeHub server = new FakeHub();
    private final Map<String, ToyRepos.Content> files = ToyRepos.model().commits().get(ToyRepos.model().commit("main"));
    private final String commit = ToyRepos.model().commit("main");
    @TempDir Path cache;

    @AfterEach
    void stop() {
        server.close();
    }

    static HubSettings settings(FakeHub server, Path cache, Optional<String> token) {
        return new HubSettings(cache, URI.create(server.endpoint()), token.flatMap(t -> Token.of(t, "HF_TOKEN")), false, true, Duration.ofSeconds(5), Proxies.NONE);
    }

    private Hub hub(RepoId.Kind kind, String name) {
        return new Hub(new RepoId(kind, name), "main", FilePatterns.ALL, settings(server, cache, Optional.empty()), () -> FetchListener.NOTES);
    }

    private Hub model() {
        return hub(RepoId.Kind.MODEL, ToyRepos.MODEL);
    }

    private static Hub offline(Hub hub) {
        return hub.settings(hub.settings().offline(true));
    }

    private static String fails(Callable<?> body) {
        return assertThrows(TunebookException.class, body::call).getMessage();
    }

    @Test
    void aModelIsAFolderWithAllItsFiles() throws Exception {
        Path folder = model().fetch();
        assertEquals(cache.resolve("models--toy-lab--toy-gemma/snapshots").resolve(commit), folder);
        for (var file : files.entrySet()) assertArrayEquals(file.getValue().bytes(), Files.readAllBytes(folder.resolve(file.getKey())), file.getKey());
        assertEquals(files.keySet(), names(folder));
    }

    @Test
    void whatIsThereIsNotFetchedAgain() {
        model().fetch();
        server.seen.clear();
        model().fetch();
        assertEquals(List.of("GET /api/models/toy-lab/toy-gemma/revision/main"), server.seen.stream().map(s -> s.method() + " " + s.path()).toList());
        server.seen.clear();
        model().revision(commit).fetch();
        assertEquals(List.of(), server.seen);
    }

    @Test
    void aNewCommitBringsOnlyWhatChanged() throws Exception {
        model().revision("v1").fetch();
        server.seen.clear();
        Path now = model().fetch();
        assertEquals(0, server.requests("storage", "GET", "?X-Amz-Signature=signed&commit=" + commit));
        assertTrue(Files.readString(now.resolve("config.json")).contains("2"));
        assertTrue(Files.readString(model().revision("v1").file("config.json")).contains("1"));
    }

    @Test
    void patternsChooseFiles() throws Exception {
        assertEquals(java.util.Set.of("config.json", "model.safetensors"), names(model().include("*.json", "model.*").fetch()));
        assertEquals(files.keySet(), names(model().exclude("*.json").fetch()), "what an earlier fetch brought is still there");
        String message = fails(() -> model().include("*.gguf").fetch());
        assertTrue(message.startsWith("Hub.fetch: no file of the repository is wanted — toy-lab/toy-gemma at main, *.gguf; it has .gitattributes, README.md, config.json and 4 more — "), message);
    }

    @Test
    void patternsAreThoseOfPython() {
        for (var match : List.of("*.json|a/b.json", "a/|a/b/c", "?.txt|x.txt", "[ab].txt|b.txt", "[!ab].txt|c.txt", "[]].txt|].txt", "*|.hidden", "a[|a["))
            assertTrue(new FilePatterns(List.of(match.split("\\|")[0]), List.of()).matches(match.split("\\|")[1]), match);
        for (var none : List.of("*.json|a.jsonl", "a/|b/a/c", "?.txt|.txt", "[!ab].txt|a.txt", "*.JSON|a.json", "a.b|aXb"))
            assertFalse(new FilePatterns(List.of(none.split("\\|")[0]), List.of()).matches(none.split("\\|")[1]), none);
        assertFalse(new FilePatterns(List.of("*"), List.of("b*")).matches("b"));
    }

    @Test
    void oneFileOfADataSet() throws Exception {
        Path file = hub(RepoId.Kind.DATASET, ToyRepos.DATASET).file("data/train.jsonl");
        assertEquals(1000, Files.readAllLines(file).size());
        assertTrue(file.startsWith(cache.resolve("datasets--toy-lab--toy-rows/snapshots")), file.toString());
        assertEquals(java.util.Set.of("data/train.jsonl"), names(cache.resolve("datasets--toy-lab--toy-rows/snapshots").resolve(ToyRepos.dataset().commit("main"))));
    }

    @Test
    void aFileThatIsNotThereIsRememberedOrAnError() {
        assertEquals(Optional.empty(), model().find("chat_template.jinja"));
        assertTrue(Files.exists(cache.resolve("models--toy-lab--toy-gemma/.no_exist").resolve(commit).resolve("chat_template.jinja")));
        assertEquals(Optional.of("config.json"), model().find("config.json").map(p -> p.getFileName().toString()));
        assertEquals(Optional.empty(), offline(model()).find("chat_template.jinja"));
        String message = fails(() -> model().file("confg.json"));
        assertEquals("Hub.fetch: the repository has no such file — confg.json of toy-lab/toy-gemma at main; nearest: config.json, empty.txt, README.md"
            + " — choose one that it has: files() lists them", message);
        assertTrue(fails(() -> model().file("../secret")).startsWith("Hub.file: not a path in a repository — \"../secret\""));
    }

    @Test
    void filesAreListedWithoutBeingFetched() {
        List<RepoFile> listed = model().files();
        assertEquals(files.keySet(), new java.util.LinkedHashSet<>(listed.stream().map(RepoFile::path).toList()));
        assertEquals(300_000, listed.stream().filter(f -> f.path().equals("model.safetensors")).findFirst().orElseThrow().size());
        assertEquals(0, server.seen.stream().filter(s -> s.path().contains("resolve")).count());
    }

    @Test
    void aMirrorsLinksToTheOfficialHubAreAskedOfTheMirror() {
        server.mirror = true;
        assertEquals(files.size(), model().files().size());
        assertEquals(3, server.requests("hub", "GET", "recursive=true&cursor=3") + server.requests("hub", "GET", "recursive=true") + server.requests("hub", "GET", "cursor=6"));
    }

    @Test
    void theTokenGoesToTheHubAndToNoOtherHost() throws Exception {
        server.gated.put(ToyRepos.MODEL, "Bearer " + TOKEN);
        Hub hub = model().settings(settings(server, cache, Optional.of(TOKEN)));
        assertEquals(files.keySet(), names(hub.fetch()));
        assertTrue(server.seen.stream().filter(s -> s.host().equals("hub")).allMatch(FakeHub.Seen::hasToken));
        assertTrue(server.seen.stream().anyMatch(s -> s.host().equals("storage")));
        assertTrue(server.seen.stream().filter(s -> s.host().equals("storage")).noneMatch(FakeHub.Seen::hasToken));
        assertFalse(hub.toString().contains(TOKEN) || hub.settings().toString().contains(TOKEN), hub.settings().toString());
        try (var all = Files.walk(cache)) {
            for (Path p : all.filter(Files::isRegularFile).toList()) assertFalse(new String(Files.readAllBytes(p), java.nio.charset.StandardCharsets.ISO_8859_1).contains(TOKEN));
        }
    }

    @Test
    void aRenamedRepositoryIsFoundUnderItsOldName() throws Exception {
        server.renamed.put("old-lab/old-gemma", ToyRepos.MODEL);
        Path folder = hub(RepoId.Kind.MODEL, "old-lab/old-gemma").fetch();
        assertEquals(files.keySet(), names(folder));
        assertTrue(folder.startsWith(cache.resolve("models--old-lab--old-gemma")), "Python keeps the name that was asked for, too");
    }

    @Test
    void aRevisionWithASlashIsAFileBelowRefs() throws Exception {
        model().revision("refs/pr/3").fetch();
        assertEquals(ToyRepos.model().commit("v1"), Files.readString(cache.resolve("models--toy-lab--toy-gemma/refs/refs/pr/3")));
        assertTrue(fails(() -> model().revision("../../x")).startsWith("Hub.revision: not a revision — \"../../x\""));
    }

    @Test
    void namesThatNoRepositoryHasAreRefused() {
        for (String name : List.of("", "a/b/c", "../x", "a--b/c", "https://huggingface.co/a/b", "a/b.git", "a b/c", "a/" + "b".repeat(100)))
            assertTrue(fails(() -> new RepoId(RepoId.Kind.MODEL, name)).startsWith("Hub.repo: not the name of a repository — \"" + name + "\" — write owner/name"), name);
        assertEquals("models--gpt2", new RepoId(RepoId.Kind.MODEL, "gpt2").folder());
    }

    @Test
    void offlineTheCacheIsEnoughAndSaysWhatItLacks() throws Exception {
        Hub offline = offline(model());
        String nothing = fails(offline::fetch);
        assertEquals("Hub.fetch: it is not in the cache, and HF_HUB_OFFLINE is set — toy-lab/toy-gemma at main, cache " + cache
            + " — unset HF_HUB_OFFLINE and fetch it once, or set HF_HUB_CACHE to the cache that has it", nothing);
        model().include("*.json").fetch();
        server.seen.clear();
        String some = fails(offline::fetch);
        assertTrue(some.startsWith("Hub.fetch: 6 of 7 files are not in the cache (.gitattributes, README.md, empty.txt and 3 more), and HF_HUB_OFFLINE is set — "), some);
        assertEquals(java.util.Set.of("config.json"), names(offline.include("*.json").fetch()));
        assertEquals(List.of(), server.seen);
    }

    /// A listener that keeps what is noted.
    static FetchListener notesTo(List<String> notes) {
        return new FetchListener() {
            @Override
            public void onProgress(FetchReport report) {}

            @Override
            public void onNote(String note) {
                notes.add(note);
            }
        };
    }

    @Test
    void whereTheHubCannotBeReachedTheCacheIsUsedAndSaidSo() throws Exception {
        Path folder = model().fetch();
        server.close();
        List<String> notes = new ArrayList<>();
        FetchListener listener = notesTo(notes);
        assertEquals(folder, model().listen(listener).<Path>ask(d -> {}, Fetch::folder));
        assertEquals("[Hub: " + server.endpoint() + " cannot be reached (Connection refused): toy-lab/toy-gemma at main is taken from the cache, commit " + commit + "]", notes.toString());
        String other = fails(() -> hub(RepoId.Kind.MODEL, "a/b").ask(d -> {}, Fetch::folder));
        assertTrue(other.startsWith("Hub.fetch: the hub cannot be reached: Connection refused — a/b at main, which is not in the cache, at http://127.0.0.1:"), other);
        assertTrue(other.endsWith(" — check the network, HF_ENDPOINT and HTTPS_PROXY, and try again"), other);
    }

    @Test
    void progressIsToldOnTheAskingThreadAndEndsWithTheWhole() {
        server.fail("model.safetensors", FakeHub.stall(100_000, 600), FakeHub.cut(50_000));
        List<FetchReport> reports = new ArrayList<>();
        List<FetchReport> ends = new ArrayList<>();
        Thread asking = Thread.currentThread();
        FetchListener listener = new FetchListener() {
            @Override
            public void onProgress(FetchReport report) {
                assertSame(asking, Thread.currentThread());
                reports.add(report);
            }

            @Override
            public void onEnd(FetchReport report) {
                ends.add(report);
            }
        };
        model().include("model.safetensors").listen(listener).ask(d -> {}, Fetch::folder);
        assertFalse(reports.isEmpty());
        assertEquals(300_000, reports.getFirst().totalBytes());
        assertTrue(reports.stream().allMatch(r -> r.bytes() <= 300_000 && r.repo().equals(ToyRepos.MODEL)), reports.toString());
        assertEquals(1, ends.size());
        assertTrue(ends.getFirst().isWhole() && ends.getFirst().bytes() == 300_000 && ends.getFirst().received() == 300_000, ends.toString());
        model().include("model.safetensors").listen(listener).fetch();
        assertEquals(1, ends.size(), "nothing is told where nothing is fetched");
    }

    @Test
    void manyAtOnceFetchEachContentOnce() throws Exception {
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Path>> asked = new ArrayList<>();
            for (int i = 0; i < 8; i++) asked.add(() -> model().fetch());
            for (var folder : pool.invokeAll(asked)) assertEquals(files.keySet(), names(folder.get()));
        }
        assertEquals(1, server.seen.stream().filter(s -> s.host().equals("storage")).count(), "two files of one content, eight times");
    }

    @Test
    void severalProcessesFetchIntoOneCache() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            var process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto", "-cp", System.getProperty("java.class.path"),
                FetchOnce.class.getName(), ToyRepos.MODEL).redirectErrorStream(true);
            process.environment().putAll(Map.of("HF_ENDPOINT", server.endpoint(), "HF_HUB_CACHE", cache.toString()));
            processes.add(process.start());
        }
        for (Process process : processes) {
            String said = new String(process.getInputStream().readAllBytes());
            assertEquals(0, process.waitFor(), said);
            assertEquals(files.keySet(), names(Path.of(said.strip())));
        }
        assertEquals(1, server.seen.stream().filter(s -> s.host().equals("storage")).count());
    }

    @Test
    void withoutLinksTheFilesThemselvesStandInTheSnapshot() throws Exception {
        var s = settings(server, cache, Optional.empty());
        var plain = new HubSettings(s.cache(), s.endpoint(), s.token(), false, false, s.patience(), s.proxies());
        Path folder = model().settings(plain).fetch();
        for (var file : files.entrySet()) {
            assertFalse(Files.isSymbolicLink(folder.resolve(file.getKey())));
            assertArrayEquals(file.getValue().bytes(), Files.readAllBytes(folder.resolve(file.getKey())), file.getKey());
        }
        server.seen.clear();
        model().settings(plain).fetch();
        assertEquals(1, server.seen.size());
    }

    static java.util.Set<String> names(Path folder) throws java.io.IOException {
        try (var walk = Files.walk(folder)) {
            return new java.util.LinkedHashSet<>(walk.filter(Files::isRegularFile).map(p -> folder.relativize(p).toString()).sorted().toList());
        }
    }
}
