package tunebook.lora;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.Logits;
import tunebook.TinyGemma;
import tunebook.engine.Session;
import tunebook.gemma.Gemma3;
import tunebook.io.SafeTensors;
import tunebook.nn.Precision;

/// Gemma 3 as the 4B and larger come: text layers inside a model with an image tower (`tests/golden/lora/make_nested.py`).
class NestedModelTest {
    private static final Path GOLDEN = Path.of("tests/golden/lora");
    private static final JsonNode EXPECTED = TinyGemma.golden("tests/golden/lora/nested.json");
    private static final int[] TOKENS = TinyGemma.ints(EXPECTED.get("tokens"));

    @TempDir
    Path folder;

    private static Gemma3 base() {
        return Gemma3.load(GOLDEN.resolve("nested-base"), Session.open("cpu"), Precision.F32);
    }

    @Test
    void baseAndPeftAdapterGiveTransformersLogits() {
        try (Gemma3 base = base(); LoraModel model = Lora.load(GOLDEN.resolve("nested"), base)) {
            assertEquals(0, Logits.distance(Logits.parse(EXPECTED.get("plain")), Logits.of(base, TOKENS)), 1e-4);
            assertEquals(0, Logits.distance(Logits.parse(EXPECTED.get("tuned")), Logits.of(model, TOKENS)), 1e-4);
            assertTrue(Logits.distance(Logits.of(base, TOKENS), Logits.of(model, TOKENS)) > 0.1);
        }
    }

    @Test
    void theAdapterIsWrittenUnderPeftsKeys() throws IOException {
        try (Gemma3 base = base(); LoraModel model = Lora.load(GOLDEN.resolve("nested"), base)) {
            model.saveAdapter(folder);
            assertArrayEquals(Files.readAllBytes(GOLDEN.resolve("nested/adapter_model.safetensors")), Files.readAllBytes(folder.resolve("adapter_model.safetensors")));
            JsonNode targets = TinyGemma.golden(folder.resolve("adapter_config.json").toString()).get("target_modules");
            assertEquals(9, targets.size());
            assertEquals("model.language_model.layers.0.self_attn.q_proj", targets.get(0).asText());
            try (LoraModel again = Lora.load(folder, base)) {
                assertEquals(model.targets(), again.targets());
            }
        }
    }

    @Test
    void fusingKeepsTheImageTowerAndTheNames() {
        try (Gemma3 base = base(); LoraModel model = Lora.load(GOLDEN.resolve("nested"), base)) {
            model.fuse(folder);
            try (Gemma3 fused = Gemma3.load(folder, Session.open("cpu"), Precision.F32)) {
                assertEquals(0, Logits.distance(Logits.of(model, TOKENS), Logits.of(fused, TOKENS)), 1e-4);
            }
            try (SafeTensors before = SafeTensors.open(GOLDEN.resolve("nested-base")); SafeTensors after = SafeTensors.open(folder)) {
                assertEquals(before.names(), after.names());
                String tower = before.names().stream().filter(n -> n.contains("vision_tower")).findFirst().orElseThrow();
                assertEquals(-1, before.get(tower).bytes().mismatch(after.get(tower).bytes()));
            }
        }
    }
}
