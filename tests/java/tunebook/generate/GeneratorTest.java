package tunebook.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.OptimizedProgram;
import tunebook.TinyGemma;
import tunebook.engine.Session;
import tunebook.gemma.FunctionGemma;
import tunebook.gemma.Gemma3;
import tunebook.gemma.Gemma3Config;
import tunebook.generate.Generated.Finish;
import tunebook.graph.StableHlo;
import tunebook.lora.Lora;
import tunebook.lora.LoraModel;
import tunebook.nn.Precision;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;
import tunebook.tokenizer.Tokenizer;

class GeneratorTest {
    private static final int[] TOKENS = TinyGemma.ints(TinyGemma.expected().get("tokens"));
    private static final int[] PROMPT = Arrays.copyOf(TOKENS, 12);
    /// What transformers continues it with.
    private static final int[] GREEDY = TinyGemma.ints(TinyGemma.expected().get("greedy"));
    private static final Sampling WARM = Sampling.temperature(1, Seed.of(4));
    private static Gemma3 model;
    private static Generator generator;

    @BeforeAll
    static void load() {
        model = TinyGemma.load();
        generator = new Generator(model, 3);
    }

    @AfterAll
    static void close() {
        generator.close();
        model.close();
    }

    private static List<Generated> sample(List<int[]> prompts, int maxTokens) {
        return generator.generate(prompts, maxTokens, Set.of(), WARM, (_, _) -> {});
    }

    @Test
    void greedyGenerationIsTransformersForEachLengthAsked() {
        for (int n : new int[] {1, 2, 20}) {
            Generated out = generator.generate(PROMPT, n, Set.of());
            assertArrayEquals(Arrays.copyOf(GREEDY, n), out.tokens());
            assertEquals(Finish.MAX_TOKENS, out.finish());
            assertEquals(model.tokenizer().decode(out.tokens()), out.text());
        }
    }

    @Test
    void aTokenThatTheTokenizerLacksIsKeptAndHasNoText() {
        Tokenizer words = Tokenizer.load(Path.of("data/tiny-functiongemma"));
        Gemma3Config wide = new Gemma3Config(100 * words.vocabSize(), 32, 64, 1, 2, 1, 16, 1e-6, 16, 512, Gemma3Config.layerTypes(1, 6), 1e6, 1e4, 1, true, 2048);
        try (Gemma3 random = Gemma3.fresh(wide, words, new FunctionGemma(), model.session(), Precision.F32, Seed.of(0));
             Generator alone = new Generator(random, 1)) {
            Generated out = alone.generate(new int[] {2, 5, 6}, 4, Set.of());
            assertEquals(4, out.tokens().length);
            assertTrue(Arrays.stream(out.tokens()).anyMatch(t -> t >= words.vocabSize()), Arrays.toString(out.tokens()));
            assertTrue(assertThrows(TunebookException.class, out::text).getMessage().contains("there is no token with this id"));
        }
    }

    @Test
    void aStopTokenEndsARowAndIsItsLastToken() {
        int first = IntStream.range(0, 20).filter(i -> GREEDY[i] == GREEDY[5]).findFirst().orElseThrow();
        Generated out = generator.generate(PROMPT, 20, Set.of(GREEDY[5], 95_000));
        assertArrayEquals(Arrays.copyOf(GREEDY, first + 1), out.tokens());
        assertEquals(Finish.STOP_TOKEN, out.finish());
        Generated atOnce = generator.generate(PROMPT, 20, Set.of(GREEDY[0]));
        assertArrayEquals(Arrays.copyOf(GREEDY, 1), atOnce.tokens());
    }

    @Test
    void rowsDoNotDependOnTheirNeighbours() {
        List<int[]> prompts = List.of(PROMPT, Arrays.copyOf(TOKENS, 3), TOKENS, Arrays.copyOf(TOKENS, 30), Arrays.copyOfRange(TOKENS, 5, 6));
        List<Generated> together = generator.generate(prompts, 15, Set.of());
        for (int i = 0; i < prompts.size(); i++) assertArrayEquals(generator.generate(prompts.get(i), 15, Set.of()).tokens(), together.get(i).tokens(), "prompt " + i);
    }

    @Test
    void aStoppedRowDoesNotDisturbTheOthers() {
        List<int[]> prompts = List.of(PROMPT, Arrays.copyOf(TOKENS, 13));
        int[] other = generator.generate(prompts.get(1), 15, Set.of()).tokens();
        int stop = IntStream.of(GREEDY).limit(14).filter(t -> IntStream.of(other).noneMatch(o -> o == t)).findFirst().orElseThrow();
        List<Generated> out = generator.generate(prompts, 15, Set.of(stop));
        assertEquals(Finish.STOP_TOKEN, out.get(0).finish());
        assertEquals(Finish.MAX_TOKENS, out.get(1).finish());
        assertArrayEquals(other, out.get(1).tokens());
    }

    @Test
    void oneSeedGivesOneTextAndEachPromptItsOwnDraws() {
        List<int[]> prompts = Collections.nCopies(4, PROMPT);
        List<Generated> first = sample(prompts, 8);
        assertEquals(first, sample(prompts, 8));
        assertEquals(4, first.stream().map(g -> Arrays.toString(g.tokens())).distinct().count());
        assertEquals(first.getFirst(), sample(List.of(PROMPT), 8).getFirst());
    }

    @Test
    void drawnTokensAreMadeOfTheModelsProbabilities() {
        float[] expected = probabilities();
        int[] counts = new int[96];
        try (Generator wide = new Generator(model, 64)) {
            for (Generated g : wide.generate(Collections.nCopies(1280, PROMPT), 1, Set.of(), WARM, (_, _) -> {})) counts[g.tokens()[0]]++;
        }
        double statistic = 0;
        for (int i = 0; i < 96; i++) statistic += Math.pow(counts[i] - 1280 * expected[i], 2) / (1280 * expected[i]);
        assertTrue(statistic / 95 < 1.6, "chi-square over degrees of freedom " + statistic / 95);
    }

    private static float[] probabilities() {
        var p = TinyGemma.golden("tests/golden/generate/sampling.json").get("cases").get(0).get("probabilities");
        float[] out = new float[96];
        for (int i = 0; i < 96; i++) out[i] = (float) p.get(i).asDouble();
        return out;
    }

    @Test
    void tokensAreToldAsTheyComeRowByRow() {
        List<String> heard = new ArrayList<>();
        generator.generate(List.of(PROMPT, Arrays.copyOf(TOKENS, 13)), 3, Set.of(), Sampling.GREEDY, (row, token) -> heard.add(row + ":" + token));
        assertEquals(List.of("0:" + GREEDY[0], "0:" + GREEDY[1], "0:" + GREEDY[2]), heard.stream().filter(h -> h.startsWith("0")).toList());
        assertEquals(List.of('0', '1', '0', '1', '0', '1'), heard.stream().map(h -> h.charAt(0)).toList());
    }

    @Test
    void anInterruptEndsGenerationAfterItsToken() {
        int live = model.session().liveBuffers();
        List<Generated> out = generator.generate(Collections.nCopies(7, PROMPT), 20, Set.of(), Sampling.GREEDY, new java.util.function.BiConsumer<>() {
            private int heard;

            @Override
            public void accept(Integer row, Integer token) {
                if (++heard == 9) Thread.currentThread().interrupt();
            }
        });
        assertTrue(Thread.interrupted());
        assertEquals(List.of(3, 3, 3, 0, 0, 0, 0), out.stream().map(g -> g.tokens().length).toList());
        assertTrue(out.stream().allMatch(g -> g.finish() == Finish.INTERRUPTED));
        assertArrayEquals(Arrays.copyOf(GREEDY, 3), out.getFirst().tokens());
        assertEquals(live, model.session().liveBuffers());
    }

    @Test
    void nothingStaysOnTheDevice() {
        int live = model.session().liveBuffers();
        int programs = model.session().livePrograms();
        try (Generator own = new Generator(model, 2)) {
            own.generate(PROMPT, 3, Set.of());
            assertEquals(live, model.session().liveBuffers());
            assertThrows(IllegalStateException.class, () -> own.generate(List.of(PROMPT), 3, Set.of(), Sampling.GREEDY, (_, _) -> { throw new IllegalStateException(); }));
            assertEquals(live, model.session().liveBuffers());
        }
        assertEquals(programs, model.session().livePrograms());
    }

    @Test
    void anAdapterIsUsedWithoutItsDropout() {
        try (LoraModel tuned = Lora.load(java.nio.file.Path.of("tests/golden/lora/names"), model); Generator own = new Generator(tuned, 1)) {
            int[] once = own.generate(PROMPT, 10, Set.of()).tokens();
            assertArrayEquals(once, own.generate(PROMPT, 10, Set.of()).tokens());
            assertTrue(!Arrays.equals(once, Arrays.copyOf(GREEDY, 10)));
        }
    }

    @Test
    void adaptersAreJoinedApartFromTheStepAndAgainWhenTheyChange() {
        try (LoraModel tuned = Lora.load(java.nio.file.Path.of("tests/golden/lora/names"), model); Generator own = new Generator(tuned, 2)) {
            DecodeGraphs graphs = new DecodeGraphs(tuned, 2, 128, true, false);
            Set<String> arguments = graphs.decode().parameters().keySet();
            List<String> joined = arguments.stream().filter(name -> name.startsWith("joined:")).toList();
            assertEquals(joined, List.copyOf(graphs.once().outputs().keySet()));
            assertTrue(!joined.isEmpty() && graphs.decode().outputs().containsKey("next") && !graphs.decode().outputs().containsKey("logits"));
            assertTrue(!Arrays.equals(GREEDY, own.generate(PROMPT, 20, Set.of()).tokens()));
            for (String path : tuned.trainable())
                if (path.endsWith("lora_B.weight")) tuned.replace(path, model.session().put(HostArray.zeros(DType.F32, tuned.buffer(path).shape())));
            assertArrayEquals(GREEDY, own.generate(PROMPT, 20, Set.of()).tokens());
        }
    }

    @Test
    void decodingStreamsWeightsWhereTheDeviceCan() {
        assertTrue(model.session().streamsDots());
        assertTrue(StableHlo.emit(new DecodeGraphs(model, 1, 128, true, true).decode()).text().contains("@tunebook_streamed_dot("));
        assertTrue(!StableHlo.emit(new DecodeGraphs(model, 1, 128, true, false).decode()).text().contains("custom_call"));
    }

    @Test
    void oneRowIsContinuedAsSeveralAreInMixedPrecision() {
        try (Gemma3 coarse = TinyGemma.load(Precision.MIXED); Generator one = new Generator(coarse, 1); Generator several = new Generator(coarse, 3)) {
            assertArrayEquals(several.generate(PROMPT, 20, Set.of()).tokens(), one.generate(PROMPT, 20, Set.of()).tokens());
        }
    }

    @Test
    void promptsThatCannotBeContinuedAreErrors() {
        assertMessage(() -> generator.generate(List.of(PROMPT, new int[0]), 5, Set.of()), "Generator.generate: a prompt without tokens", "prompt 1", "beginning-of-sequence");
        assertMessage(() -> generator.generate(new int[] {2, 96}, 5, Set.of()), "a token is outside the model's vocabulary", "token 96 of prompt 0, vocabulary of 96", "tokenizer");
        assertMessage(() -> generator.generate(PROMPT, 0, Set.of()), "maxTokens is below 1");
        assertMessage(() -> new Generator(model, 0), "Generator: rows is below 1");
        assertEquals(List.of(), generator.generate(List.of(), 5, Set.of()));
    }

    private static void assertMessage(org.junit.jupiter.api.function.Executable body, String... parts) {
        String message = assertThrows(TunebookException.class, body).getMessage();
        for (String part : parts) assertTrue(message.contains(part), message);
    }

    /// The program as XLA runs it: each cache is updated where it is.
    @Test
    void decodingCopiesNoCache(@TempDir Path folder) throws IOException {
        try (Gemma3 shipped = Gemma3.load(Path.of("data/tiny-functiongemma"), Session.open("cpu"))) {
            for (int rows : new int[] {1, 3}) assertEquals(List.of(), cacheCopies(shipped, rows, folder.resolve(rows + " rows")));
        }
    }

    private static List<String> cacheCopies(Gemma3 model, int rows, Path folder) throws IOException {
        String text = OptimizedProgram.of(StableHlo.emit(new DecodeGraphs(model, rows, 128, true, false).decode()), folder).text();
        String cache = "f32[" + rows * model.network().numKeyValueHeads() + ",128," + model.network().headDim() + "]";
        assertTrue(text.contains(cache), cache);
        return text.lines().filter(line -> line.contains(" copy(") && line.contains(cache)).toList();
    }
}
