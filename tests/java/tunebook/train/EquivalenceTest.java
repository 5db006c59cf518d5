package tunebook.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tunebook.TinyGemma;
import tunebook.data.Example;
import tunebook.gemma.Gemma3;
import tunebook.lora.Lora;
import tunebook.lora.LoraModel;

/// Ways to train that must not differ, in F32.
class EquivalenceTest {
    private static final TrainConfig CONFIG = new TrainConfig().maxSteps(10).batchSize(8).learningRate(1e-3).shuffle(false).weightDecay(0.01);
    private static Gemma3 base;

    @BeforeAll
    static void load() {
        base = TinyGemma.load();
    }

    @AfterAll
    static void close() {
        base.close();
    }

    private static History train(TrainConfig config, List<Example> examples) {
        try (LoraModel model = Lora.load(Path.of("tests/golden/train/start"), base)) {
            return new Trainer(model, config).run(examples, List.of());
        }
    }

    private static void assertSame(History a, History b) {
        assertEquals(a.steps().size(), b.steps().size());
        double worst = 0;
        for (int i = 0; i < a.steps().size(); i++) {
            StepReport x = a.steps().get(i);
            StepReport y = b.steps().get(i);
            assertEquals(x.learnedTokens(), y.learnedTokens());
            assertEquals(x.tokens(), y.tokens());
            assertEquals(x.samples(), y.samples());
            worst = Math.max(worst, Math.max(Math.abs(x.loss() / y.loss() - 1), Math.abs(x.gradientNorm() / y.gradientNorm() - 1)));
        }
        assertTrue(worst < 1e-6, "" + worst);
        assertTrue(a.losses()[9] < a.losses()[0]);
    }

    @Test
    void accumulationOfAnySplitIsOneBatch() {
        List<Example> examples = TinyGemma.examples(26);
        History whole = train(CONFIG, examples);
        assertSame(whole, train(CONFIG.batchSize(1).accumulation(8), examples));
        assertSame(whole, train(CONFIG.batchSize(4).accumulation(2), examples));
    }

    @Test
    void batchesByTokensAreBatchesByRowsOfTheSameContent() {
        List<Example> examples = documents(26, 20);
        assertSame(train(CONFIG.batchSize(4), examples), train(CONFIG.batchTokens(95), examples));
    }

    private static List<Example> documents(int count, int length) {
        List<Example> out = new ArrayList<>();
        for (int i = 0; i < count; i++) out.add(document(i, length, length - 3 - i % 4));
        return out;
    }

    private static Example document(long seed, int length, int learnFrom) {
        int[] tokens = new Random(seed).ints(length, 3, 96).toArray();
        tokens[0] = 2;
        return TinyGemma.example(tokens, learnFrom);
    }

    @Test
    void checkpointedLayersLearnTheSame() {
        List<Example> examples = TinyGemma.examples(26);
        assertSame(train(CONFIG, examples), train(CONFIG.checkpointLayers(true), examples));
        assertSame(train(CONFIG.batchSize(4).accumulation(2), examples), train(CONFIG.batchSize(4).accumulation(2).checkpointLayers(true), examples));
    }

    @Test
    void theSeedDecidesTheOrderAlone() {
        List<Example> examples = TinyGemma.examples(26);
        History first = train(CONFIG.shuffle(true), examples);
        assertEquals(Arrays.toString(first.losses()), Arrays.toString(train(CONFIG.shuffle(true), examples).losses()));
        assertNotEquals(first.losses()[0], train(CONFIG.shuffle(true).seed(tunebook.tensor.Seed.of(1)), examples).losses()[0]);
    }

    /// The loss of `document` where it stands among others that are not learned.
    private static double among(List<Example> before, Example document, List<Example> after) {
        List<Example> all = new ArrayList<>(before);
        all.add(document);
        all.addAll(after);
        try (Evaluation evaluation = new Evaluation(base, all, 256)) {
            return evaluation.loss().orElseThrow();
        }
    }

    @Test
    void aDocumentsLossDoesNotDependOnItsNeighbours() {
        Example document = document(1, 40, 20);
        List<Example> three = List.of(document(2, 30, 30), document(3, 50, 50), document(4, 9, 9));
        double alone = among(List.of(), document, List.of());
        assertEquals(alone, among(three, document, List.of()), 1e-6 * alone);
        assertEquals(alone, among(List.of(), document, three), 1e-6 * alone);
        assertEquals(alone, among(three.subList(1, 3), document, three.subList(0, 1)), 1e-6 * alone);
        assertEquals(alone, among(List.of(document(5, 77, 77)), document, List.of(document(6, 3, 3))), 1e-6 * alone);
        int[] other = document.tokens().clone();
        other[19]++;
        assertNotEquals(alone, among(List.of(), TinyGemma.example(other, 20), List.of()), 1e-6 * alone); // it could have seen a difference
    }
}
