package tunebook.io.hub;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;

/// The repositories that the tests' hub has.
final class ToyRepos {
    static final String MODEL = "toy-lab/toy-gemma";
    static final String DATASET = "toy-lab/toy-rows";

    private ToyRepos() {}

    /// A file: its content, and whether the hub keeps it as a large one.
    record Content(byte[] bytes, boolean large, String sha256) {
        Content(byte[] bytes, boolean large) {
            this(bytes, large, hash("SHA-256", bytes));
        }

        String gitHash() {
            return gitHashOf(large ? pointer() : bytes);
        }

        String etag() {
            return large ? sha256() : gitHash();
        }

        byte[] pointer() {
            return ("version https://git-lfs.github.com/spec/v1\noid sha256:" + sha256() + "\nsize " + bytes.length + "\n").getBytes(StandardCharsets.US_ASCII);
        }
    }

    /// A repository: its revisions, each with a commit, and the files of each commit.
    record Repo(String kind, String name, Map<String, String> revisions, Map<String, SequencedMap<String, Content>> commits) {
        String commit(String revision) {
            return revisions.getOrDefault(revision, commits.containsKey(revision) ? revision : "");
        }
    }

    static Repo model() {
        byte[] weights = noise(300_000, 7);
        SequencedMap<String, Content> first = new LinkedHashMap<>();
        first.put("config.json", text("{\"model_type\": \"gemma3_text\", \"version\": 1}\n"));
        first.put("model.safetensors", new Content(weights, true));
        SequencedMap<String, Content> now = new LinkedHashMap<>();
        now.put(".gitattributes", text("*.safetensors filter=lfs diff=lfs merge=lfs -text\n"));
        now.put("README.md", text("# 장난감\n"));
        now.put("config.json", text("{\"model_type\": \"gemma3_text\", \"version\": 2}\n"));
        now.put("empty.txt", text(""));
        now.put("model.safetensors", new Content(weights, true));
        now.put("original/deep er/copy.safetensors", new Content(weights, true));
        now.put("original/notes #1.txt", text("one\n"));
        return repo("models", MODEL, Map.of("main", now, "v1", first, "refs/pr/3", first));
    }

    static Repo dataset() {
        SequencedMap<String, Content> files = new LinkedHashMap<>();
        files.put("README.md", text("rows\n"));
        files.put("data/train.jsonl", text("{\"a\": 1}\n".repeat(1000)));
        files.put("data/eval.jsonl", text("{\"a\": 2}\n"));
        return repo("datasets", DATASET, Map.of("main", files));
    }

    static Repo repo(String kind, String name, Map<String, SequencedMap<String, Content>> byRevision) {
        Map<String, String> revisions = new LinkedHashMap<>();
        Map<String, SequencedMap<String, Content>> commits = new LinkedHashMap<>();
        byRevision.forEach((revision, files) -> {
            String commit = hash("SHA-1", (name + files.keySet() + files.getOrDefault("config.json", text("")).gitHash()).getBytes(StandardCharsets.UTF_8));
            revisions.put(revision, commit);
            commits.put(commit, files);
        });
        return new Repo(kind, name, revisions, commits);
    }

    static Content text(String text) {
        return new Content(text.getBytes(StandardCharsets.UTF_8), false);
    }

    static byte[] noise(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static String gitHashOf(byte[] bytes) {
        var blob = new ByteArrayOutputStream();
        blob.writeBytes(("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII));
        blob.writeBytes(bytes);
        return hash("SHA-1", blob.toByteArray());
    }

    static String hash(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
