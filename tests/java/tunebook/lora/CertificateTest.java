package tunebook.lora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.Logits;
import tunebook.TinyGemma;
import tunebook.gemma.Gemma3;
import tunebook.model.Certificate;
import tunebook.model.LanguageModel;
import tunebook.model.LogitComparison;
import tunebook.nn.Precision;
import tunebook.tensor.HostArray;
import tunebook.tensor.Seed;
import tunebook.tensor.Sha256;
import tunebook.tensor.TunebookException;

/// What a certificate says, and what gets none.
class CertificateTest {
    private static final Lora LORA = new Lora().rank(4).alpha(8).targets("q_proj", "down_proj");

    @TempDir
    Path folder;

    @Test
    void anAdapterIsReadBackToTheLastBit() throws Exception {
        try (Gemma3 base = TinyGemma.load(Precision.MIXED); LoraModel tuned = RandomAdapter.on(base, LORA)) {
            Certificate c = tuned.saveAdapter(folder);
            assertEquals(0, c.difference().maxLogit());
            assertEquals(0, c.difference().meanKl(), 1e-9);
            assertEquals(1, c.difference().sameTopToken());
            assertEquals(32, c.difference().prompts());
            JsonNode json = new ObjectMapper().readTree(folder.resolve(Certificate.FILE).toFile());
            assertEquals(32, json.at("/difference/prompts").asInt());
            assertEquals(0, json.at("/difference/max_abs_logit_difference").asDouble());
            for (String file : List.of("adapter_model.safetensors", "adapter_config.json"))
                assertEquals(Sha256.hex(folder.resolve(file)), json.at("/sha256/" + file).asText());
            assertEquals("0.1.0", json.at("/versions/tunebook").asText());
            assertTrue(json.at("/versions/plugin").asText().contains("plug-in "));
            assertEquals(Runtime.version().toString(), json.at("/versions/java").asText());
        }
    }

    @Test
    void aFusedModelIsNearTheLiveOneAndFarFromItsBase() {
        try (Gemma3 base = TinyGemma.load(); LoraModel tuned = RandomAdapter.on(base, LORA)) {
            Certificate c = tuned.fuse(folder.resolve("fused"));
            assertTrue(c.difference().maxLogit() > 0 && c.difference().maxLogit() < 1e-4, c.toString());
            assertTrue(c.difference().meanKl() < 1e-8, c.toString());
            assertTrue(c.base().orElseThrow().meanKl() > 1e-3, c.toString());
        }
    }

    /// Held against a computation of KL that shares nothing with it but the logits.
    @Test
    void theFiguresAreThoseOfTheLogits() {
        try (Gemma3 base = TinyGemma.load(); LoraModel tuned = RandomAdapter.on(base, LORA)) {
            int[] prompt = TinyGemma.ints(TinyGemma.expected().get("tokens"));
            LogitComparison c = LogitComparison.of(tuned, base, List.of(prompt));
            HostArray a = Logits.of(tuned, prompt), b = Logits.of(base, prompt);
            double sum = 0, max = 0;
            for (int t = 0; t < prompt.length; t++) {
                double kl = kl(a, b, t);
                sum += kl;
                max = Math.max(max, kl);
            }
            assertEquals(prompt.length, c.tokens());
            assertEquals(Logits.distance(a, b), c.maxLogit(), 1e-4);
            assertEquals(sum / prompt.length, c.meanKl(), 1e-5);
            assertEquals(max, c.maxKl(), 1e-5);
        }
    }

    private static double kl(HostArray a, HostArray b, int row) {
        int v = a.shape().dim(1);
        double za = 0, zb = 0, kl = 0;
        for (int i = 0; i < v; i++) {
            za += Math.exp(a.getFloat((long) row * v + i));
            zb += Math.exp(b.getFloat((long) row * v + i));
        }
        for (int i = 0; i < v; i++) {
            double la = a.getFloat((long) row * v + i) - Math.log(za), lb = b.getFloat((long) row * v + i) - Math.log(zb);
            kl += Math.exp(la) * (la - lb);
        }
        return kl;
    }

    @Test
    void anExportThatComputesSomethingElseGetsNone() {
        try (Gemma3 base = TinyGemma.load(); LoraModel tuned = RandomAdapter.on(base, LORA)) {
            assertRefused(tuned, base, Optional.empty(), Certificate.Limit.EXACT, "the export does not compute what the live model does");
        }
    }

    /// A merge that is only its base passes any limit on the distance, if the adapter does little: not this one.
    @Test
    void anExportThatIsOnlyTheBaseGetsNone() {
        try (Gemma3 base = TinyGemma.load(); LoraModel tuned = RandomAdapter.on(base, LORA)) {
            assertRefused(tuned, base, Optional.of(base), new Certificate.Limit(1e9, 0.5), "the export has lost the adapter");
        }
    }

    private void assertRefused(LanguageModel live, LanguageModel export, Optional<LanguageModel> base, Certificate.Limit limit, String words) {
        String message = assertThrows(TunebookException.class, () -> Certificate.of("a folder", live, export, base, limit, folder, List.of(), List.of())).getMessage();
        assertTrue(message.contains(words), message);
        assertTrue(message.contains("on 32 prompts"), message);
    }

    /// Numbers that are too large for the format: the export's logits are no numbers.
    @Test
    void anExportThatComputesNothingIsNotLeftInPlace() throws Exception {
        try (Gemma3 base = TinyGemma.load(); LoraModel tuned = LORA.attach(base, Seed.of(1))) {
            for (String path : tuned.trainable()) {
                float[] values = new float[(int) tuned.buffer(path).shape().size()];
                java.util.Arrays.fill(values, 1e20f);
                tuned.replace(path, base.session().put(HostArray.of(values, tuned.buffer(path).shape().toArray())));
            }
            String message = assertThrows(TunebookException.class, () -> tuned.fuse(folder.resolve("fused"))).getMessage();
            assertTrue(message.contains("the export does not compute what the live model does"), message);
            assertFalse(Files.exists(folder.resolve("fused")));
            assertEquals(List.of(), List.of(folder.toFile().list()));
        }
    }
}
