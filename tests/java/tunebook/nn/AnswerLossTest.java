package tunebook.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tunebook.graph.OpsDot;
import tunebook.graph.Tensor;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;

/// Against the loss over a whole [tokens, vocabulary] tensor.
class AnswerLossTest {
    private static final int T = 600, D = 12;
    /// One block, blocks that fill the vocabulary, and a last block that overlaps the one before.
    private static final int[] VOCABULARIES = {50, 16_384, 9_001};

    private static Map<String, HostArray> inputs(int learned, int vocabulary) {
        int slots = AnswerLoss.capacity(learned);
        Random r = new Random(learned);
        int[] positions = new int[slots];
        int[] targets = new int[slots];
        float[] weights = new float[slots];
        for (int i = 0; i < learned; i++) {
            positions[i] = r.nextInt(T); // some twice: their gradients add
            targets[i] = r.nextInt(vocabulary);
            weights[i] = i % 5 == 0 ? 0.5f : 1;
        }
        Map<String, HostArray> in = new LinkedHashMap<>();
        in.put("hidden", tunebook.graph.Numbers.random(1, T, D));
        in.put("head", tunebook.graph.Numbers.random(2, vocabulary, D));
        in.put("positions", HostArray.of(positions));
        in.put("targets", HostArray.of(targets));
        in.put("weights", HostArray.of(weights));
        return in;
    }

    private static Tensor blockwise(Map<String, Tensor> in, AnswerLoss.Gradient gradient) {
        return AnswerLoss.sum(Compute.F32, in.get("hidden").takeRows(in.get("positions")), in.get("head"), in.get("targets"), in.get("weights"), gradient);
    }

    private static Tensor plain(Map<String, Tensor> in) {
        Tensor logits = OpsDot.linear(in.get("hidden").takeRows(in.get("positions")), in.get("head")); // [A, V]
        int a = logits.dim(0);
        Tensor shifted = logits.sub(logits.max(1).reshape(a, 1));
        Tensor logProbability = shifted.sub(shifted.exp().sum(1).log().reshape(a, 1));
        Tensor hit = logits.graph().iota(DType.I32, 1, a, logits.dim(1)).eq(in.get("targets").reshape(a, 1)).to(DType.F32);
        return logProbability.mul(hit).sum(1).mul(in.get("weights")).sum(0).neg();
    }

    private static void assertSame(int learned, int vocabulary, AnswerLoss.Gradient gradient, String... variables) {
        Map<String, HostArray> in = inputs(learned, vocabulary);
        var expected = new Compare.Way(in, List.of(variables), AnswerLossTest::plain).run();
        var actual = new Compare.Way(in, List.of(variables), t -> blockwise(t, gradient)).run();
        double worst = Compare.worst(expected, actual);
        assertTrue(worst < 2e-6, learned + " learned of " + vocabulary + ": " + worst);
    }

    @Test
    void lossAndBothGradientsAreThoseOfWholeLogitsInOneBlockAndInMany() {
        for (int vocabulary : VOCABULARIES)
            for (int learned : new int[] {1, 16, 100, 577}) assertSame(learned, vocabulary, AnswerLoss.Gradient.HIDDEN_AND_HEAD, "hidden", "head");
    }

    /// At most 7.9e-7 when it was written, relative to the gradient's largest element. The plain form in F32 was 1.21e-6 away from the same reference, so that the
    /// other tests here hold the two forms together within 2e-6: what they see (1.19e-6) is the plain form's error.
    @Test
    void inF32LossAndBothGradientsAreThoseOfDoublePrecisionWithinAMillionth() {
        for (int vocabulary : VOCABULARIES)
            for (int learned : new int[] {1, 16, 100, 577}) {
                Map<String, HostArray> in = inputs(learned, vocabulary);
                HeadReference expected = HeadReference.of(in);
                var actual = new Compare.Way(in, List.of("hidden", "head"), t -> blockwise(t, AnswerLoss.Gradient.HIDDEN_AND_HEAD)).run();
                double factor = 1.5; // the weight that Compare gives a single value
                String given = learned + " learned of " + vocabulary;
                assertEquals(1, actual.get("value").scalarFloat() / expected.loss(), 1e-6, given);
                assertEquals(0, HeadReference.apart(expected.hidden(), factor, actual.get("d hidden")), 1e-6, given);
                assertEquals(0, HeadReference.apart(expected.head(), factor, actual.get("d head")), 1e-6, given);
            }
    }

    @Test
    void theHiddenStatesGradientComesWithoutTheHeads() {
        for (int vocabulary : VOCABULARIES) assertSame(400, vocabulary, AnswerLoss.Gradient.HIDDEN, "hidden");
    }

    @Test
    void evaluationHasTheSameValue() {
        for (int vocabulary : VOCABULARIES) assertSame(400, vocabulary, AnswerLoss.Gradient.NONE);
    }

    @Test
    void largeLogitsDoNotOverflow() {
        Map<String, HostArray> in = inputs(40, 9_001);
        float[] large = in.get("hidden").toFloats();
        for (int i = 0; i < large.length; i++) large[i] *= 500;
        in.put("hidden", HostArray.of(large, T, D));
        var expected = new Compare.Way(in, List.of("hidden"), AnswerLossTest::plain).run();
        var actual = new Compare.Way(in, List.of("hidden"), t -> blockwise(t, AnswerLoss.Gradient.HIDDEN)).run();
        assertTrue(Float.isFinite(actual.get("value").scalarFloat()));
        assertEquals(0, Compare.worst(expected, actual), 1e-5);
    }

    @Test
    void capacityIsTheNextMultipleOfSixteen() {
        assertEquals(16, AnswerLoss.capacity(0));
        assertEquals(16, AnswerLoss.capacity(16));
        assertEquals(32, AnswerLoss.capacity(17));
    }
}
