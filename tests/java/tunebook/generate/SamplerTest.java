package tunebook.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import tunebook.TinyGemma;
import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;

/// Draws against the probabilities that transformers' warpers give (`tests/golden/generate`).
class SamplerTest {
    private static final JsonNode GOLDEN = TinyGemma.golden("tests/golden/generate/sampling.json");
    private static final int DRAWS = 50_000;

    private static float[] floats(JsonNode array) {
        float[] out = new float[array.size()];
        for (int i = 0; i < out.length; i++) out[i] = (float) array.get(i).asDouble();
        return out;
    }

    private static int[] counts(Sampling sampling, float[] logits) {
        Sampler sampler = new Sampler(sampling, 0);
        int[] counts = new int[logits.length];
        for (int i = 0; i < DRAWS; i++) counts[sampler.draw(logits)]++;
        return counts;
    }

    /// How far Pearson's statistic lies above its mean, in its standard deviations; tokens rarer than 5 expected draws are taken together.
    private static double chiSquare(float[] probabilities, int[] counts) {
        double statistic = 0;
        double rare = 0;
        int rareCount = 0;
        int bins = 0;
        for (int i = 0; i < counts.length; i++) {
            double expected = probabilities[i] * (double) DRAWS;
            if (expected == 0) assertEquals(0, counts[i], "token " + i + " may not be drawn");
            else if (expected < 5) {
                rare += expected;
                rareCount += counts[i];
            } else {
                statistic += Math.pow(counts[i] - expected, 2) / expected;
                bins++;
            }
        }
        if (rare > 0) {
            statistic += Math.pow(rareCount - rare, 2) / rare;
            bins++;
        }
        return bins > 1 ? (statistic - (bins - 1)) / Math.sqrt(2.0 * (bins - 1)) : 0;
    }

    @Test
    void drawsFollowTransformersProbabilities() {
        float[] logits = floats(GOLDEN.get("logits"));
        for (JsonNode c : GOLDEN.get("cases")) {
            Sampling sampling = Sampling.temperature(c.get("temperature").asDouble(), Seed.of(5)).topK(c.get("top_k").asInt()).topP(c.get("top_p").asDouble());
            double fit = chiSquare(floats(c.get("probabilities")), counts(sampling, logits));
            assertTrue(fit < 3.5, sampling + ": " + fit);
        }
    }

    @Test
    void theFitTellsAWrongTemperature() {
        float[] logits = floats(GOLDEN.get("logits"));
        float[] atOne = floats(GOLDEN.get("cases").get(0).get("probabilities"));
        assertTrue(chiSquare(atOne, counts(Sampling.temperature(1.1, Seed.of(5)), logits)) > 7);
    }

    @Test
    void oneSeedGivesOneSequenceAndRowsHaveTheirOwn() {
        float[] logits = floats(GOLDEN.get("logits"));
        Sampling sampling = Sampling.temperature(1, Seed.of(9));
        assertArrayEquals(sequence(sampling, 0, logits), sequence(sampling, 0, logits));
        assertFalse(Arrays.equals(sequence(sampling, 0, logits), sequence(sampling, 1, logits)));
        assertFalse(Arrays.equals(sequence(sampling, 0, logits), sequence(Sampling.temperature(1, Seed.of(10)), 0, logits)));
    }

    private static int[] sequence(Sampling sampling, int row, float[] logits) {
        Sampler sampler = new Sampler(sampling, row);
        int[] out = new int[20];
        for (int i = 0; i < out.length; i++) out[i] = sampler.draw(logits);
        return out;
    }

    @Test
    void theLikeliestOfEqualsIsTheFirst() {
        float[] logits = {-3, 0, -0f, -1, 0};
        assertEquals(1, new Sampler(Sampling.temperature(1, Seed.of(1)).topK(1), 0).draw(logits));
        assertEquals(1, new Sampler(Sampling.temperature(1, Seed.of(1)).topP(1e-9), 0).draw(logits));
    }

    @Test
    void settingsOutOfRangeAreErrors() {
        assertMessage(() -> Sampling.temperature(-1, Seed.of(0)), "Sampling: temperature is below 0", "give 0 (greedy) or more");
        assertMessage(() -> Sampling.temperature(Double.NaN, Seed.of(0)), "temperature");
        assertMessage(() -> Sampling.GREEDY.topK(-1), "Sampling: topK is below 0");
        assertMessage(() -> Sampling.GREEDY.topP(0), "Sampling: topP is not a probability");
        assertMessage(() -> Sampling.GREEDY.topP(1.1), "1.1");
    }

    private static void assertMessage(org.junit.jupiter.api.function.Executable body, String... parts) {
        String message = assertThrows(TunebookException.class, body).getMessage();
        for (String part : parts) assertTrue(message.contains(part), message);
    }
}
