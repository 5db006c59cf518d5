package tunebook.lora;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.Logits;
import tunebook.TinyGemma;
import tunebook.gemma.Gemma3;
import tunebook.io.SafeTensors;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.TunebookException;

/// PEFT's adapters in our hands and ours in PEFT's (`tests/golden/lora`).
class AdapterFileTest {
    private static final Path GOLDEN = Path.of("tests/golden/lora");
    private static final JsonNode EXPECTED = TinyGemma.golden("tests/golden/lora/expected.json");
    private static final int[] TOKENS = TinyGemma.ints(TinyGemma.expected().get("tokens"));

    @TempDir
    Path folder;

    @Test
    void peftAdaptersGiveTheLogitsTheyGiveInTransformers() {
        try (Gemma3 base = TinyGemma.load()) {
            HostArray plain = Logits.of(base, TOKENS);
            for (String name : List.of("names", "expression"))
                try (LoraModel model = Lora.load(GOLDEN.resolve(name), base)) {
                    HostArray logits = Logits.of(model, TOKENS);
                    assertEquals(0, Logits.distance(Logits.parse(EXPECTED.get("logits").get(name)), logits), 1e-4, name);
                    assertTrue(Logits.distance(plain, logits) > 0.1);
                }
        }
    }

    @Test
    void peftSettingsAreRead() {
        try (Gemma3 base = TinyGemma.load(); LoraModel names = Lora.load(GOLDEN.resolve("names"), base); LoraModel expression = Lora.load(GOLDEN.resolve("expression"), base)) {
            assertEquals(Set.of("q_proj", "v_proj", "down_proj"), Set.copyOf(names.lora().targets()));
            assertEquals(new Lora(4, 8, 0.05, false, List.of()), names.lora().targets(new String[0]));
            assertEquals(new Lora(3, 5, 0, true, List.of(".*\\.(k|o|gate|up)_proj")), expression.lora());
            assertEquals(28, expression.targets().size());
        }
    }

    /// After a change of what is written here: run this test with `TUNEBOOK_WRITE_GOLDEN=1` in the environment, then `check_ours.py`, and commit both.
    @Test
    void peftReadsOurAdapterAndGivesOurLogits() throws IOException {
        Path ours = GOLDEN.resolve("ours");
        Path written = System.getenv().containsKey("TUNEBOOK_WRITE_GOLDEN") ? ours : folder;
        try (Gemma3 base = TinyGemma.load(); LoraModel model = RandomAdapter.on(base, new Lora().rank(3).alpha(5).rsLora(true).targets("q_proj", ".*\\.(v|up)_proj"))) {
            model.saveAdapter(written);
            assertArrayEquals(Files.readAllBytes(ours.resolve("adapter_model.safetensors")), Files.readAllBytes(written.resolve("adapter_model.safetensors")));
            assertEquals(Files.readString(ours.resolve("adapter_config.json")), Files.readString(written.resolve("adapter_config.json")));
            JsonNode inPeft = TinyGemma.golden("tests/golden/lora/ours-in-peft.json");
            assertEquals(inPeft.get("trainable").asLong(), model.parameters().trainable());
            assertEquals(0, Logits.distance(Logits.parse(inPeft.get("logits")), Logits.of(model, TOKENS)), 1e-4);
        }
    }

    @Test
    void whatPeftWroteIsWrittenAgainWithTheSameKeysNumbersAndSettings() throws IOException {
        try (Gemma3 base = TinyGemma.load()) {
            for (String name : List.of("names", "expression")) {
                try (LoraModel model = Lora.load(GOLDEN.resolve(name), base)) {
                    model.saveAdapter(folder.resolve(name));
                }
                assertArrayEquals(Files.readAllBytes(GOLDEN.resolve(name).resolve("adapter_model.safetensors")),
                    Files.readAllBytes(folder.resolve(name).resolve("adapter_model.safetensors")));
                JsonNode theirs = config(GOLDEN.resolve(name));
                config(folder.resolve(name)).properties().forEach(e -> assertEquals(theirs.get(e.getKey()), e.getValue(), name + " " + e.getKey()));
            }
        }
    }

    private static JsonNode config(Path folder) throws IOException {
        return new ObjectMapper().readTree(folder.resolve("adapter_config.json").toFile());
    }

    @Test
    void aSavedAdapterLoadsBitForBitWithItsSettings() {
        for (String rule : List.of("q_proj", ".*(q|up)_proj", "(?i).*Q_PROJ", "all-linear"))
            try (Gemma3 base = TinyGemma.load(); LoraModel model = RandomAdapter.on(base, new Lora().rank(2).alpha(3.5).dropout(0.1).targets(rule))) {
                model.saveAdapter(folder);
                try (LoraModel again = Lora.load(folder, base)) {
                    assertEquals(model.targets(), again.targets(), rule);
                    assertEquals(model.lora(), again.lora().targets(rule));
                    for (String path : model.trainable()) assertEquals(-1, model.buffer(path).toHost().bytes().mismatch(again.buffer(path).toHost().bytes()));
                }
            }
    }

    @Test
    void matricesInBf16AndUnderTheKeysOfLargerModelsAreRead() throws IOException {
        Map<String, HostArray> tensors = tensors("names");
        Map<String, HostArray> nested = new HashMap<>();
        tensors.forEach((name, a) -> nested.put(name.replace("base_model.model.model.", "base_model.model.model.language_model."), a.to(DType.BF16)));
        copy("names", _ -> {}, nested);
        try (Gemma3 base = TinyGemma.load(); LoraModel model = Lora.load(folder, base)) {
            assertEquals(21, model.targets().size());
            String path = "model.layers.0.self_attn.q_proj.lora_A.weight";
            assertEquals(tensors.get("base_model.model." + path).to(DType.BF16).getFloat(5), model.buffer(path).toHost().getFloat(5));
        }
    }

    @Test
    void excludedModulesAndChosenLayersAreLeftAlone() throws IOException {
        Map<String, HostArray> tensors = tensors("names");
        tensors.keySet().removeIf(n -> n.contains("down_proj") || n.contains("layers.1.") || n.contains("layers.3."));
        copy("names", c -> c.put("exclude_modules", ".*down_proj").putArray("layers_to_transform").add(0).add(2).add(4).add(5).add(6), tensors);
        try (Gemma3 base = TinyGemma.load(); LoraModel model = Lora.load(folder, base)) {
            assertEquals(10, model.targets().size());
            assertEquals(10, model.lora().targets().size());
        }
    }

    @Test
    void fieldsThatCannotBeFollowedAreErrorsThatNameThem() throws IOException {
        Map<String, Consumer<ObjectNode>> fields = Map.of("use_dora", c -> c.put("use_dora", true), "modules_to_save", c -> c.putArray("modules_to_save").add("lm_head"),
            "bias", c -> c.put("bias", "all"), "rank_pattern", c -> c.putObject("rank_pattern").put("q_proj", 8), "alpha_pattern", c -> c.putObject("alpha_pattern").put("q_proj", 8),
            "fan_in_fan_out", c -> c.put("fan_in_fan_out", true));
        for (var f : fields.entrySet()) {
            copy("names", f.getValue(), tensors("names"));
            assertMessage("Lora.load: the adapter uses " + f.getKey() + ", which is not supported", f.getKey() + " is ", "train it without " + f.getKey());
        }
        copy("names", c -> c.put("peft_type", "IA3"), tensors("names"));
        assertMessage("not a LoRA adapter", "IA3");
        copy("names", c -> c.remove("r"), tensors("names"));
        assertMessage("a field is missing");
    }

    @Test
    void anAdapterForAnotherModelIsAnErrorWithBothShapes() throws IOException {
        Map<String, HostArray> tensors = tensors("names");
        tensors.put("base_model.model.model.layers.2.self_attn.q_proj.lora_A.weight", HostArray.zeros(DType.F32, tunebook.tensor.Shape.of(4, 64)));
        copy("names", _ -> {}, tensors);
        assertMessage("another model", "model.layers.2.self_attn.q_proj.lora_A.weight is [4, 64]", "need [4, 32]", "load the model that the adapter was trained on");
        copy("names", c -> c.put("r", 8), tensors("names"));
        assertMessage("is [4, 32]", "need [8, 32]");
    }

    @Test
    void missingAndLeftOverMatricesAreErrors() throws IOException {
        Map<String, HostArray> tensors = tensors("names");
        tensors.remove("base_model.model.model.layers.2.self_attn.q_proj.lora_B.weight");
        copy("names", _ -> {}, tensors);
        assertMessage("1 tensors are missing from the adapter", "model.layers.2.self_attn.q_proj.lora_B.weight");
        tensors.remove("base_model.model.model.layers.2.self_attn.q_proj.lora_A.weight");
        copy("names", _ -> {}, tensors);
        assertMessage("2 tensors are missing from the adapter", "target_modules are [");
        tensors = tensors("names");
        tensors.put("base_model.model.model.layers.7.self_attn.q_proj.lora_A.weight", HostArray.of(new float[128], 4, 32));
        tensors.put("base_model.model.model.embed_tokens.weight", HostArray.of(new float[128], 4, 32));
        copy("names", _ -> {}, tensors);
        assertMessage("2 tensors of the adapter have no place in Gemma3", "base_model.model.model.embed_tokens.weight, base_model.model.model.layers.7");
    }

    @Test
    void aFolderWithoutAnAdapterIsAnError() throws IOException {
        assertMessage("there is no adapter_config.json", "give the folder that PEFT's save_pretrained or saveAdapter wrote");
        Files.copy(GOLDEN.resolve("names/adapter_config.json"), folder.resolve("adapter_config.json"));
        assertMessage("there is no adapter_model.safetensors");
        Files.write(folder.resolve("adapter_model.bin"), new byte[1]);
        assertMessage("holds adapter_model.bin", "save the adapter with safetensors");
        Files.writeString(folder.resolve("adapter_config.json"), "{");
        assertMessage("adapter_config.json is not JSON");
    }

    @Test
    void aFailedSaveLeavesNothing() throws IOException {
        Files.createDirectory(folder.resolve("adapter_config.json"));
        try (Gemma3 base = TinyGemma.load(); LoraModel model = RandomAdapter.on(base, new Lora().targets("q_proj"))) {
            assertTrue(assertThrows(TunebookException.class, () -> model.saveAdapter(folder)).getMessage().contains("adapter_config.json"));
            Files.writeString(folder.resolve("file"), "x");
            assertThrows(TunebookException.class, () -> model.saveAdapter(folder.resolve("file")));
        }
        assertEquals(List.of("adapter_config.json", "file"), names(folder));
    }

    /// Needs a small disk and one that is read-only, which only root may mount. Elsewhere this is reported as skipped.
    @Test
    void aFullDiskAndAReadOnlyFolderAreClearErrorsAndLeaveTheOldAdapter() throws Exception {
        Path mount = Files.createDirectory(folder.resolve("disk"));
        assumeTrue("root".equals(System.getProperty("user.name")) && shell("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", mount.toString()));
        try (Gemma3 base = TinyGemma.load(); LoraModel small = RandomAdapter.on(base, new Lora().rank(1).targets("q_proj")); LoraModel large = RandomAdapter.on(base, new Lora().rank(16).targets("all-linear"))) {
            small.saveAdapter(mount);
            assertTrue(assertThrows(TunebookException.class, () -> large.saveAdapter(mount)).getMessage().contains("the disk is full"));
            assertTrue(shell("mount", "-o", "remount,ro", mount.toString()));
            assertTrue(assertThrows(TunebookException.class, () -> small.saveAdapter(mount)).getMessage().contains("writing is not permitted here"));
            assertEquals(List.of("adapter_config.json", "adapter_model.safetensors", "certificate.json"), names(mount));
            Lora.load(mount, base).close();
        } finally {
            shell("umount", mount.toString());
        }
    }

    private static boolean shell(String... command) throws Exception {
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    private static Map<String, HostArray> tensors(String name) {
        try (SafeTensors file = SafeTensors.open(GOLDEN.resolve(name).resolve("adapter_model.safetensors"))) {
            Map<String, HostArray> out = new HashMap<>();
            file.names().forEach(n -> out.put(n, HostArray.of(file.get(n).toFloats(), file.get(n).shape().toArray())));
            return out;
        }
    }

    private void copy(String name, Consumer<ObjectNode> change, Map<String, HostArray> tensors) throws IOException {
        ObjectNode config = (ObjectNode) config(GOLDEN.resolve(name));
        change.accept(config);
        Files.writeString(folder.resolve("adapter_config.json"), config.toString());
        SafeTensors.write(folder.resolve("adapter_model.safetensors"), tensors, Map.of("format", "pt"));
    }

    /// Loading `folder` fails with a message of these parts, and leaves nothing on the device.
    private void assertMessage(String... parts) {
        try (Gemma3 base = TinyGemma.load()) {
            int live = base.session().liveBuffers();
            String message = assertThrows(TunebookException.class, () -> Lora.load(folder, base)).getMessage();
            for (String part : parts) assertTrue(message.contains(part), message);
            assertEquals(live, base.session().liveBuffers());
        }
    }
}
