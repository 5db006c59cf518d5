package tunebook.lora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.Logits;
import tunebook.TinyGemma;
import tunebook.engine.Session;
import tunebook.gemma.Gemma3;
import tunebook.io.SafeTensors;
import tunebook.nn.Precision;
import tunebook.tensor.Bfloat16;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;

class FusionTest {
    private static final Lora LORA = new Lora().rank(4).alpha(8).targets("q_proj", "down_proj");
    private static final int[] TOKENS = TinyGemma.ints(TinyGemma.expected().get("tokens"));

    @TempDir
    Path folder;

    /// The tiny model with its weights in `type`, under names with `prefix` for `model.`.
    private Path base(DType type, String prefix) throws IOException {
        Path out = Files.createDirectory(folder.resolve("base"));
        for (String file : List.of("config.json", "tokenizer.json")) Files.copy(TinyGemma.FOLDER.resolve(file), out.resolve(file));
        Files.writeString(out.resolve("chat_template.jinja"), "{{ messages[0].content }}");
        Files.writeString(out.resolve("README.md"), "of the base");
        try (SafeTensors tiny = SafeTensors.open(TinyGemma.FOLDER)) {
            Map<String, HostArray> weights = new HashMap<>();
            tiny.names().forEach(n -> weights.put(n.replaceFirst("^model\\.", prefix), tiny.get(n).to(type)));
            SafeTensors.write(out.resolve("model.safetensors"), weights, Map.of("format", "pt"));
        }
        return out;
    }

    private static Gemma3 load(Path folder) {
        return Gemma3.load(folder, Session.open("cpu"), Precision.F32);
    }

    @Test
    void fusedF32WeightsGiveTheAdaptersLogits() {
        try (Gemma3 base = TinyGemma.load(); LoraModel tuned = RandomAdapter.on(base, LORA)) {
            tuned.fuse(folder.resolve("fused"));
            try (Gemma3 fused = load(folder.resolve("fused"))) {
                assertEquals(0, Logits.distance(Logits.of(tuned, TOKENS), Logits.of(fused, TOKENS)), 1e-4);
                assertTrue(Logits.distance(Logits.of(base, TOKENS), Logits.of(fused, TOKENS)) > 0.1);
            }
        }
    }

    @Test
    void bf16WeightsAreRoundedOnceAndTheOthersAreUntouched() throws IOException {
        Path source = base(DType.BF16, "model.");
        try (Gemma3 base = load(source); LoraModel tuned = RandomAdapter.on(base, LORA)) {
            tuned.fuse(folder.resolve("fused"));
            try (SafeTensors before = SafeTensors.open(source); SafeTensors after = SafeTensors.open(folder.resolve("fused"))) {
                assertEquals(before.names(), after.names());
                for (String name : after.names()) {
                    assertEquals(DType.BF16, after.get(name).dtype());
                    String module = name.replace(".weight", "");
                    if (tuned.targets().contains(module)) assertRoundedOnce(before.get(name), tuned, module, after.get(name));
                    else assertEquals(-1, before.get(name).bytes().mismatch(after.get(name).bytes()), name);
                }
            }
            try (Gemma3 fused = load(folder.resolve("fused"))) {
                double apart = Logits.distance(Logits.of(tuned, TOKENS), Logits.of(fused, TOKENS));
                assertTrue(apart > 0 && apart < 0.15, "bf16 keeps 8 bits of a weight: " + apart);
            }
        }
    }

    private static void assertRoundedOnce(HostArray w, LoraModel tuned, String module, HostArray fused) {
        HostArray a = tuned.buffer(LoraBlueprint.pathA(module)).toHost();
        HostArray b = tuned.buffer(LoraBlueprint.pathB(module)).toHost();
        int in = a.shape().dim(1);
        for (int i = 0; i < w.size(); i++) {
            double sum = 0;
            for (int r = 0; r < 4; r++) sum += (double) b.getFloat(i / in * 4L + r) * a.getFloat((long) r * in + i % in);
            double exact = w.getFloat(i) + 2 * sum;
            double step = Math.ulp((float) exact) * 65536; // between neighbours of 8 bits
            assertEquals(exact, fused.getFloat(i), step / 2 + 1e-7, module + " " + i);
        }
    }

    @Test
    void theFolderIsAWholeModel() throws IOException {
        Path source = base(DType.BF16, "model.");
        try (Gemma3 base = load(source); LoraModel tuned = RandomAdapter.on(base, LORA)) {
            tuned.fuse(folder.resolve("fused"));
        }
        assertEquals(List.of("certificate.json", "chat_template.jinja", "config.json", "model.safetensors", "tokenizer.json"), names(folder.resolve("fused")));
        for (String file : List.of("chat_template.jinja", "config.json", "tokenizer.json"))
            assertEquals(-1, Files.mismatch(source.resolve(file), folder.resolve("fused").resolve(file)));
    }

    @Test
    void weightNamesOfOtherCheckpointsAreKept() throws IOException {
        for (String prefix : List.of("language_model.model.", "model.language_model.")) {
            Path source = base(DType.BF16, prefix);
            try (Gemma3 base = load(source); LoraModel tuned = RandomAdapter.on(base, LORA)) {
                tuned.fuse(folder.resolve("fused"));
            }
            try (SafeTensors before = SafeTensors.open(source); SafeTensors after = SafeTensors.open(folder.resolve("fused"))) {
                assertEquals(before.names(), after.names());
                assertTrue(after.names().getFirst().startsWith(prefix));
            }
            try (Stream<Path> files = Files.walk(source).sorted(java.util.Comparator.reverseOrder())) {
                for (Path f : files.toList()) Files.delete(f);
            }
        }
    }

    @Test
    void anAdapterThatChangesNothingIsAnErrorAndWritesNothing() {
        try (Gemma3 base = TinyGemma.load(); LoraModel untrained = LORA.attach(base, Seed.of(1))) {
            assertMessage(() -> untrained.fuse(folder.resolve("fused")), "the fused weights equal the base's", "14 modules", "train the adapter first");
            assertFalse(Files.exists(folder.resolve("fused")));
        }
    }

    @Test
    void shardsAreAsLargeAsAskedAndAnEarlierSaveGoesAway() throws IOException {
        Path out = folder.resolve("fused");
        try (Gemma3 base = TinyGemma.load(); LoraModel tuned = RandomAdapter.on(base, LORA)) {
            tuned.fuse(out);
            HostArray logits = Logits.of(tuned, TOKENS);
            tuned.fuse(out, 100_000);
            List<String> shards = names(out).stream().filter(n -> n.endsWith(".safetensors")).toList();
            assertTrue(shards.size() > 2, shards.toString());
            for (String shard : shards) assertTrue(Files.size(out.resolve(shard)) < 110_000, shard);
            assertTrue(names(out).contains("model.safetensors.index.json"));
            try (Gemma3 fused = load(out)) {
                assertEquals(0, Logits.distance(logits, Logits.of(fused, TOKENS)), 1e-4);
            }
            tuned.fuse(out);
            assertEquals(List.of("certificate.json", "config.json", "model.safetensors", "tokenizer.json"), names(out));
        }
    }

    @Test
    void theBasesOwnFolderIsNotWrittenInto() throws IOException {
        Path source = base(DType.BF16, "model.");
        try (Gemma3 base = load(source); LoraModel tuned = RandomAdapter.on(base, LORA)) {
            assertMessage(() -> tuned.fuse(source), "LoraModel.fuse: the fused model would overwrite its base", source.toString());
        }
    }

    @Test
    void aBaseMadeInMemoryCannotBeFused() {
        try (Gemma3 tiny = TinyGemma.load(); Gemma3 base = Gemma3.trainable(tiny, Precision.F32); LoraModel tuned = RandomAdapter.on(base, LORA)) {
            assertMessage(() -> tuned.fuse(folder.resolve("fused")), "the model does not come from files", "was made in memory", "save it as a folder");
        }
    }

    @Test
    void aFailedFusionLeavesNothing() throws IOException {
        Files.writeString(folder.resolve("file"), "x");
        Files.createDirectories(folder.resolve("half/model.safetensors"));
        try (Gemma3 base = TinyGemma.load(); LoraModel tuned = RandomAdapter.on(base, LORA)) {
            assertThrows(TunebookException.class, () -> tuned.fuse(folder.resolve("file")));
            assertMessage(() -> tuned.fuse(folder.resolve("half")), "model.safetensors");
            assertEquals(List.of("model.safetensors"), names(folder.resolve("half")));
        }
    }

    private static void assertMessage(org.junit.jupiter.api.function.Executable body, String... parts) {
        String message = assertThrows(TunebookException.class, body).getMessage();
        for (String part : parts) assertTrue(message.contains(part), message);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    /// `Bfloat16` is what the fusion rounds with: to nearest, ties to even.
    @Test
    void roundingIsToNearestEven() {
        assertEquals(1.0f, Bfloat16.toFloat(Bfloat16.fromFloat(1.00390625f)));
        assertEquals(1.015625f, Bfloat16.toFloat(Bfloat16.fromFloat(1.01171875f)));
    }
}
