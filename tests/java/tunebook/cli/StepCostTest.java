package tunebook.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tunebook.TinyGemma;
import tunebook.data.Example;
import tunebook.gemma.Gemma3Config;
import tunebook.train.TrainConfig;

/// The 270M with LoRA of rank 8 on all projections but o, counted from the graph and by hand.
class StepCostTest {
    private static final Gemma3Config C = Gemma3Config.GEMMA_3_270M;
    private static final int RANK = 8, LEARNED = 64, BLOCK = 256;
    private static final int Q = C.numAttentionHeads() * C.headDim(), KV = C.numKeyValueHeads() * C.headDim();
    private static final TrainConfig PLAIN = new TrainConfig();
    private static final TrainConfig CHECKPOINTED = PLAIN.checkpointLayers(true);

    private static StepCost cost(TrainConfig config, int rows, int length) {
        Example row = TinyGemma.example(new int[length], length - LEARNED / rows);
        return StepCost.of(AheadOfTime.model(), config, IntStream.range(0, rows).mapToObj(_ -> row).toList());
    }

    /// A product of `tokens` rows with weights of `modules` modules joined, their adapters among them.
    private static long forward(long tokens, long in, long out, int modules) {
        long low = (long) RANK * modules;
        return 2 * tokens * in * low + 2 * tokens * (in + low) * out;
    }

    /// Cotangents of the input by the weight and by A, of A and of B.
    private static long backward(long tokens, long in, long out, int modules) {
        long low = (long) RANK * modules;
        return 2 * tokens * (in + low) * out + 2 * tokens * low * in + 2 * tokens * low * in + 2 * tokens * low * out;
    }

    /// `count` products of every query block with each block of keys that it sees.
    private static long attention(int blocks, boolean global, int count) {
        int seen = IntStream.range(0, blocks).map(i -> global ? i + 1 : Math.min(i, C.slidingWindow() / BLOCK) + 1).sum();
        return 2L * count * seen * BLOCK * BLOCK * Q;
    }

    private static long layersForward(int tokens, int rows) {
        return IntStream.range(0, C.numHiddenLayers()).mapToLong(i -> {
            int late = i == C.numHiddenLayers() - 1 ? LEARNED : tokens;
            return forward(tokens, C.hiddenSize(), Q + 2 * KV, 3) + rows * attention(tokens / rows / BLOCK, C.isGlobal(i), 2) + 2L * late * Q * C.hiddenSize()
                + forward(late, C.hiddenSize(), 2 * C.intermediateSize(), 2) + forward(late, C.intermediateSize(), C.hiddenSize(), 1);
        }).sum();
    }

    private static long layersBackward(int tokens, int rows) {
        long embedding = 2L * tokens * 3 * RANK * C.hiddenSize(); // is frozen: the first layer's input has no cotangent
        return IntStream.range(0, C.numHiddenLayers()).mapToLong(i -> {
            int late = i == C.numHiddenLayers() - 1 ? LEARNED : tokens;
            return backward(tokens, C.hiddenSize(), Q + 2 * KV, 3) + rows * attention(tokens / rows / BLOCK, C.isGlobal(i), 5) + 2L * late * Q * C.hiddenSize()
                + backward(late, C.hiddenSize(), 2 * C.intermediateSize(), 2) + backward(late, C.intermediateSize(), C.hiddenSize(), 1);
        }).sum() - embedding;
    }

    private static long head() {
        return 2L * 2 * LEARNED * C.hiddenSize() * C.vocabSize();
    }

    @Test
    void operationsAreThoseCountedByHand() {
        assertEquals(layersForward(2048, 1) + layersBackward(2048, 1) + head(), cost(PLAIN, 1, 2048).operations());
        assertEquals(layersForward(2048, 4) + layersBackward(2048, 4) + head(), cost(PLAIN, 4, 512).operations(), "rows do not see each other");
    }

    @Test
    void checkpointedLayersAreComputedTwiceForward() {
        long plain = cost(PLAIN, 1, 1024).operations();
        long again = cost(CHECKPOINTED, 1, 1024).operations() - plain;
        assertTrue(Math.abs(again / (double) layersForward(1024, 1) - 1) < 0.02, again + " of " + layersForward(1024, 1));
    }

    @Test
    void aTokenTakesFourOperationsForEachFrozenWeightOfTheLayers() {
        long weights = Stream.of(Q * 2, KV * 2, C.intermediateSize() * 3).mapToLong(n -> (long) n * C.hiddenSize()).sum() * C.numHiddenLayers();
        double share = (double) (cost(PLAIN, 1, 1024).operations() - head()) / (4.0 * weights * 1024);
        assertTrue(share > 1 && share < 1.5, "attention and adapters come on top: " + share);
    }

    @Test
    void whatIsKeptGrowsWithTokensAndIsLittleWithCheckpointedLayers() {
        long plain = cost(PLAIN, 1, 1024).kept() - cost(PLAIN, 1, 512).kept();
        long checkpointed = cost(CHECKPOINTED, 1, 1024).kept() - cost(CHECKPOINTED, 1, 512).kept();
        assertTrue(plain > 512 * 18 * 20_000L && plain < 512 * 18 * 100_000L, "bytes of 512 tokens in 18 layers: " + plain);
        assertTrue(checkpointed > plain / 18 && checkpointed < plain / 5, checkpointed + " of " + plain);
    }

    @Test
    void argumentsAreWeightsAdaptersAndTheOptimizersState() {
        long frozen = 2 * 268_098_176L; // BF16
        long adapters = 18L * RANK * (640 * 5 + 2048 + Q + 2 * KV + 2 * 2048 + 640);
        assertEquals(frozen + 3 * 4 * adapters, cost(PLAIN, 1, 512).arguments(), 20_000, "and the batch");
    }
}
