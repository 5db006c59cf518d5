package tunebook.io.hub;

import static org.junit.jupiter.api.Assertions.*;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.engine.Session;
import tunebook.gemma.Gemma3;

/// The hub where it is used: the command line, and models loaded by name.
class HubCommandTest {
    private final FakeHub server = new FakeHub();
    @TempDir Path cache;

    @AfterEach
    void stop() {
        server.close();
    }

    private record Ran(int status, String out, String err) {}

    private Ran tunebook(Map<String, String> more, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED", "-cp",
            System.getProperty("java.class.path"), "tunebook.cli.Main"));
        command.addAll(List.of(arguments));
        Path err = cache.resolve("err.txt");
        ProcessBuilder process = new ProcessBuilder(command).redirectError(err.toFile());
        process.environment().keySet().removeIf(name -> name.startsWith("HF_") || name.toLowerCase().endsWith("_proxy"));
        process.environment().putAll(Map.of("HF_ENDPOINT", server.endpoint(), "HF_HOME", cache.toString()));
        process.environment().putAll(more);
        Process running = process.start();
        String out = new String(running.getInputStream().readAllBytes());
        return new Ran(running.waitFor(), out, Files.readString(err));
    }

    @Test
    void fetchPrintsTheFolderAndItsProgress() throws Exception {
        Ran rows = tunebook(Map.of(), "fetch", ToyRepos.DATASET, "--dataset", "--include", "data/", "--exclude", "*eval*");
        assertEquals(0, rows.status(), rows.err());
        assertEquals(java.util.Set.of("data/train.jsonl"), HubTest.names(Path.of(rows.out().strip())));
        assertTrue(rows.err().strip().lines().toList().getLast().startsWith("toy-lab/toy-rows  1 of 1 files  0.0 of 0.0 MB  "), rows.err());
        Ran model = tunebook(Map.of(), "fetch", ToyRepos.MODEL, "--revision", "v1");
        assertEquals(cache.resolve("hub/models--toy-lab--toy-gemma/snapshots").resolve(ToyRepos.model().commit("v1")), Path.of(model.out().strip()));
        Ran again = tunebook(Map.of("HF_HUB_OFFLINE", "1"), "fetch", ToyRepos.MODEL, "--revision", "v1");
        assertEquals(model.out(), again.out());
        assertEquals("", again.err());
    }

    @Test
    void aRefusalIsOneLineAndNeverShowsTheToken() throws Exception {
        server.gated.put(ToyRepos.MODEL, "Bearer hf_another");
        Ran gated = tunebook(Map.of("HF_TOKEN", FakeHub.TOKEN), "fetch", ToyRepos.MODEL);
        assertEquals(1, gated.status());
        String last = gated.err().strip().lines().toList().getLast();
        assertTrue(last.startsWith("Hub.fetch: the repository is gated and the token's account may not read it — "), gated.err());
        assertFalse((gated.out() + gated.err()).contains(FakeHub.TOKEN));
        assertTrue(tunebook(Map.of(), "train", "--model", "hub:toy-lab/nothing").err().startsWith("Hub.fetch: there is no such repository, or it is private — toy-lab/nothing"));
    }

    @Test
    void aModelOfTheHubIsLoadedByName() throws Exception {
        Path tiny = Path.of("data/tiny-functiongemma");
        SequencedMap<String, ToyRepos.Content> files = new LinkedHashMap<>();
        for (String name : List.of("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors")) files.put(name, content(tiny.resolve(name)));
        server.repos.put("models/toy-lab/tiny", ToyRepos.repo("models", "toy-lab/tiny", Map.of("main", files)));
        HubSettings settings = HubTest.settings(server, cache.resolve("hub"), java.util.Optional.empty());
        Hub hub = new Hub(new RepoId(RepoId.Kind.MODEL, "toy-lab/tiny"), "main", FilePatterns.ALL, settings, () -> FetchListener.NOTES);
        try (Gemma3 here = Gemma3.load(tiny, Session.open("cpu")); Gemma3 fetched = Gemma3.load(hub, Session.open("cpu"))) {
            assertArrayEquals(here.tokenizer().encode("Turn on the flashlight."), fetched.tokenizer().encode("Turn on the flashlight."));
            assertEquals(hub.fetch(), fetched.source().orElseThrow());
            assertEquals(here.config(), fetched.config());
        }
    }

    private static ToyRepos.Content content(Path file) throws IOException {
        return new ToyRepos.Content(Files.readAllBytes(file), file.toString().endsWith(".safetensors"));
    }
}
