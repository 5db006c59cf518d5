package tunebook.io.hub;

import static org.junit.jupiter.api.Assertions.*;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The cache that we make beside the one that Python's huggingface_hub made of the same hub (`tests/golden/hub/make.py`), file by file and link by link.
class HubGoldenTest {
    private static final JsonNode GOLDEN = golden();
    @TempDir Path cache;

    private static JsonNode golden() {
        try {
            return Listing.MAPPER.readTree(Path.of("tests/golden/hub/cache.json").toFile()).path("cache");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Hub hub(HubSettings settings, RepoId.Kind kind, String name) {
        return new Hub(new RepoId(kind, name), "main", FilePatterns.ALL, settings, () -> FetchListener.NOTES);
    }

    @Test
    void ourCacheIsTheOneThatPythonMakes() throws Exception {
        try (FakeHub server = new FakeHub()) {
            HubSettings settings = HubTest.settings(server, cache, Optional.empty());
            Hub model = hub(settings, RepoId.Kind.MODEL, ToyRepos.MODEL);
            model.fetch();
            model.revision("v1").fetch();
            model.revision("refs/pr/3").file("config.json");
            model.find("chat_template.jinja");
            hub(settings, RepoId.Kind.DATASET, ToyRepos.DATASET).include("data/").fetch();
        }
        Map<String, JsonNode> ours = describe();
        assertTrue(Files.readString(cache.resolve("CACHEDIR.TAG")).startsWith("Signature: 8a477f597d28d172789f06886806bc55\n"));
        Map<String, JsonNode> python = new TreeMap<>();
        GOLDEN.properties().forEach(e -> python.put(e.getKey(), comparable(e.getKey(), e.getValue().deepCopy())));
        assertEquals(38, python.size());
        assertEquals(String.join("\n", python.keySet()), String.join("\n", ours.keySet()));
        python.forEach((name, what) -> assertEquals(what, ours.get(name), name));
    }

    /// Our indentation of JSON and the words of our tag may differ.
    private static JsonNode comparable(String name, ObjectNode what) {
        return name.contains("/trees/") || name.equals("CACHEDIR.TAG") ? what.without(List.of("size", "sha256")) : what;
    }

    private Map<String, JsonNode> describe() throws IOException {
        Map<String, JsonNode> found = new TreeMap<>();
        try (var walk = Files.walk(cache)) {
            for (Path path : walk.filter(p -> Files.isSymbolicLink(p) || Files.isRegularFile(p)).toList()) {
                String name = cache.relativize(path).toString();
                ObjectNode what = Listing.MAPPER.createObjectNode();
                if (Files.isSymbolicLink(path)) what.put("link", Files.readSymbolicLink(path).toString());
                else {
                    byte[] content = Files.readAllBytes(path);
                    what.put("size", content.length).put("sha256", ToyRepos.hash("SHA-256", content));
                    if (name.contains("/refs/")) what.put("text", Files.readString(path));
                    if (name.contains("/trees/")) what.set("json", Listing.MAPPER.readTree(content));
                }
                found.put(name, comparable(name, what));
            }
        }
        return found;
    }

    /// Python's cache is laid out again from its description; no server is there.
    @Test
    void whatPythonFetchedIsFound() throws Exception {
        Map<String, byte[]> contents = new HashMap<>();
        for (ToyRepos.Repo repo : List.of(ToyRepos.model(), ToyRepos.dataset()))
            repo.commits().values().forEach(files -> files.values().forEach(content -> contents.put(content.etag(), content.bytes())));
        for (var e : GOLDEN.properties()) layOut(cache.resolve(e.getKey()), e.getValue(), contents);
        HubSettings offline = HubSettings.read(Map.of("HF_HUB_CACHE", cache.toString(), "HF_HUB_OFFLINE", "1"), cache, cache);
        Hub model = hub(offline, RepoId.Kind.MODEL, ToyRepos.MODEL);
        for (String revision : List.of("main", "v1")) {
            Path folder = model.revision(revision).fetch();
            var files = ToyRepos.model().commits().get(ToyRepos.model().commit(revision));
            assertEquals(files.keySet(), HubTest.names(folder));
            for (var file : files.entrySet()) assertArrayEquals(file.getValue().bytes(), Files.readAllBytes(folder.resolve(file.getKey())));
        }
        assertEquals("{\"model_type\": \"gemma3_text\", \"version\": 1}\n", Files.readString(model.revision("refs/pr/3").file("config.json")));
        assertEquals(Optional.empty(), model.find("chat_template.jinja"));
        Hub rows = hub(offline, RepoId.Kind.DATASET, ToyRepos.DATASET);
        assertEquals(1000, Files.readAllLines(rows.file("data/train.jsonl")).size());
        assertTrue(assertThrows(tunebook.tensor.TunebookException.class, rows::fetch).getMessage().startsWith("Hub.fetch: 1 of 3 files are not in the cache (README.md), and HF_HUB_OFFLINE is set"));
    }

    private static void layOut(Path path, JsonNode what, Map<String, byte[]> contents) throws IOException {
        Files.createDirectories(path.getParent());
        if (what.has("link")) Files.createSymbolicLink(path, Path.of(what.path("link").asText()));
        else if (what.has("text")) Files.writeString(path, what.path("text").asText());
        else if (what.has("json")) Files.writeString(path, what.path("json").toString());
        else Files.write(path, contents.getOrDefault(path.getFileName().toString(), new byte[0]));
    }

    /// Older clients wrote no `trees`: what is there counts, and a single file that is not known of is said to be missing.
    @Test
    void aCacheWithoutListingsIsReadAsFarAsItGoes() throws Exception {
        whatPythonFetchedIsFound();
        for (String repo : List.of("models--toy-lab--toy-gemma", "datasets--toy-lab--toy-rows"))
            try (var trees = Files.list(cache.resolve(repo).resolve("trees"))) {
                for (Path tree : trees.toList()) Files.delete(tree);
            }
        HubSettings offline = HubSettings.read(Map.of("HF_HUB_CACHE", cache.toString(), "HF_HUB_OFFLINE", "1"), cache, cache);
        Hub model = hub(offline, RepoId.Kind.MODEL, ToyRepos.MODEL);
        assertEquals(7, HubTest.names(model.fetch()).size());
        assertTrue(Files.exists(model.file("config.json")));
        assertEquals(Optional.empty(), model.find("chat_template.jinja"), "it is in .no_exist");
        assertTrue(assertThrows(tunebook.tensor.TunebookException.class, () -> model.find("other.json")).getMessage().startsWith("Hub.fetch: other.json is not in the cache, and HF_HUB_OFFLINE is set"));
        assertTrue(assertThrows(tunebook.tensor.TunebookException.class, () -> model.include("*.gguf").fetch()).getMessage().startsWith("Hub.fetch: *.gguf is not in the cache"));
        assertTrue(assertThrows(tunebook.tensor.TunebookException.class, model::files).getMessage().startsWith("Hub.fetch: the cache has no listing of its files"));
    }
}
