package tunebook.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.TinyGemma;
import tunebook.data.ChatData;
import tunebook.data.Batches;
import tunebook.data.Example;
import tunebook.engine.Session;
import tunebook.gemma.Gemma3;
import tunebook.lora.Lora;
import tunebook.lora.LoraModel;
import tunebook.nn.Precision;
import tunebook.tensor.HostArray;
import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;

class TrainerTest {
    private static final List<Example> EXAMPLES = TinyGemma.examples(12);
    private static final TrainConfig CONFIG = new TrainConfig().maxSteps(4).batchSize(4).learningRate(1e-3).schedule(Schedule.CONSTANT);
    private static Gemma3 base;
    private static Session session;

    @BeforeAll
    static void load() {
        base = Gemma3.load(Path.of("tests/golden/lora/nested-base"), Session.open("cpu"), Precision.F32); // three layers compile faster than seven
        session = base.session();
    }

    @AfterAll
    static void close() {
        base.close();
    }

    private static LoraModel adapter() {
        return new Lora().rank(4).targets("q_proj", "v_proj").attach(base, Seed.of(1));
    }

    private static Map<String, HostArray> values(LoraModel model) {
        Map<String, HostArray> out = new LinkedHashMap<>();
        model.trainable().forEach(p -> out.put(p, model.buffer(p).toHost()));
        return out;
    }

    private static void assertBits(Map<String, HostArray> expected, Map<String, HostArray> actual) {
        expected.forEach((path, a) -> assertEquals(-1, a.bytes().mismatch(actual.get(path).bytes()), path));
    }

    private static void assertMessage(org.junit.jupiter.api.function.Executable body, String... parts) {
        String message = assertThrows(TunebookException.class, body).getMessage();
        for (String part : parts) assertTrue(message.contains(part), message);
    }

    @Test
    void trainingLeavesTheBaseBitForBitAsItWasAndNothingOnTheDevice() {
        Map<String, HostArray> before = new LinkedHashMap<>();
        base.network().parameters().keySet().forEach(p -> before.put(p, base.buffer(p).toHost()));
        try (LoraModel model = adapter()) {
            Map<String, HostArray> start = values(model);
            int buffers = session.liveBuffers();
            long bytes = session.liveBytes();
            int programs = session.livePrograms();
            new Trainer(model, CONFIG.weightDecay(0.1)).run(EXAMPLES, EXAMPLES);
            assertEquals(buffers, session.liveBuffers());
            assertEquals(bytes, session.liveBytes());
            assertEquals(programs, session.livePrograms());
            assertFalse(start.entrySet().stream().anyMatch(e -> e.getValue().bytes().mismatch(model.buffer(e.getKey()).toHost().bytes()) < 0));
        }
        before.forEach((path, a) -> assertEquals(-1, a.bytes().mismatch(base.buffer(path).toHost().bytes()), path));
    }

    @Test
    void aRunCompilesOneProgramForEachSizeOfItsBatchesAndTheNextRunNothing() {
        for (int accumulation : new int[] {1, 2}) {
            TrainConfig config = CONFIG.accumulation(accumulation).beta1(0.87 + accumulation / 100.0).shuffle(false);
            try (LoraModel model = adapter()) {
                int before = session.compilations() + session.cacheHits();
                new Trainer(model, config.maxSteps(6)).run(EXAMPLES, List.of());
                int sizes = Batches.bySize(EXAMPLES, config.batchSize(), accumulation, 6, config.seed(), false).capacities().size();
                assertEquals(before + sizes + 2 * (accumulation - 1), session.compilations() + session.cacheHits(), "programs built or taken from the cache");
                int compiled = session.compilations();
                new Trainer(model, config.maxSteps(6).learningRate(1e-4).warmupSteps(2)).run(EXAMPLES, List.of());
                assertEquals(compiled, session.compilations(), "rates are inputs, not part of the program");
            }
        }
    }

    @Test
    void fiveHundredStepsDoNotGrowMemory() throws IOException {
        List<Long> bytes = new ArrayList<>();
        List<Long> resident = new ArrayList<>();
        try (LoraModel model = adapter()) {
            History history = new Trainer(model, CONFIG.maxSteps(500).batchSize(1)).listen(r -> {
                bytes.add(r.deviceBytes());
                resident.add(residentBytes());
            }).run(EXAMPLES, List.of());
            assertEquals(500, history.steps().size());
            assertEquals(1, bytes.stream().distinct().count(), "live bytes after each step");
            assertTrue(resident.getLast() - resident.get(99) < 200L << 20, "resident " + resident.get(99) + " after 100 steps, " + resident.getLast() + " after 500");
        }
    }

    private static long residentBytes() {
        try {
            return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]) * 4096;
        } catch (IOException e) {
            return 0; // no Linux: the live bytes must do
        }
    }

    @Test
    void aLossThatIsNotANumberStopsTheRunWithTheParametersOfTheStepBefore() {
        for (int accumulation : new int[] {1, 2}) {
            TrainConfig config = CONFIG.accumulation(accumulation).shuffle(false).learningRate(3e38).maxGradientNorm(0);
            Map<String, HostArray> afterOne = new LinkedHashMap<>();
            try (LoraModel model = adapter()) {
                int live = session.liveBuffers();
                assertMessage(() -> new Trainer(model, config).listen(_ -> afterOne.putAll(values(model))).run(EXAMPLES, List.of()), "Trainer.run: loss or gradient is not finite at step 2", "gradient norm",
                    "lower the learning rate", "the parameters are those of the step before");
                assertFalse(afterOne.isEmpty());
                assertBits(afterOne, values(model));
                assertEquals(live, session.liveBuffers());
            }
        }
    }

    @Test
    void aParameterThatIsNotANumberLeavesTheOthersAlone() {
        try (LoraModel model = adapter()) {
            String broken = model.trainable().iterator().next();
            float[] values = model.buffer(broken).toHost().toFloats();
            values[0] = Float.NaN;
            model.replace(broken, session.put(HostArray.of(values, model.buffer(broken).shape().toArray()), "adapter"));
            Map<String, HostArray> before = values(model);
            assertMessage(() -> new Trainer(model, CONFIG).run(EXAMPLES, List.of()), "not finite at step 1");
            assertBits(before, values(model));
        }
    }

    @Test
    void anInterruptEndsTheRunAfterItsStepAndKeepsWhatWasLearned() {
        try (LoraModel model = adapter()) {
            int live = session.liveBuffers();
            Map<String, HostArray> afterTwo = new LinkedHashMap<>();
            History history = new Trainer(model, CONFIG.shuffle(false)).listen(r -> {
                afterTwo.putAll(values(model));
                if (r.step() == 2) Thread.currentThread().interrupt();
            }).run(EXAMPLES, EXAMPLES);
            assertTrue(history.interrupted());
            assertEquals(2, history.steps().size());
            assertFalse(Thread.currentThread().isInterrupted());
            assertEquals(live, session.liveBuffers());
            assertBits(afterTwo, values(model));
        }
    }

    @Test
    void anInterruptBeforeTheRunAndDuringAnEvaluationEndsItToo() {
        try (LoraModel model = adapter()) {
            Thread.currentThread().interrupt();
            History history = new Trainer(model, CONFIG.evalEvery(1)).run(EXAMPLES, EXAMPLES);
            assertTrue(history.interrupted());
            assertEquals(1, history.steps().size());
            assertTrue(history.steps().getFirst().evalLoss().isEmpty());
        }
    }

    @Test
    void listenersHearOfTheStartEachStepAndTheEnd() {
        List<String> heard = new ArrayList<>();
        try (LoraModel model = adapter()) {
            History history = new Trainer(model, CONFIG.evalEvery(2)).listen(new StepListener() {
                @Override
                public void onStart(List<String> notes) {
                    heard.add("start " + notes.size());
                }

                @Override
                public void onStep(StepReport r) {
                    heard.add("step " + r.step() + " of " + r.maxSteps() + (r.evalLoss().isPresent() ? " evaluated" : ""));
                    assertEquals(4, r.samples());
                    assertTrue(r.tokens() > r.learnedTokens() && r.learnedTokens() > 0 && r.tokensPerSecond() > 0 && r.samplesPerSecond() > 0);
                    assertTrue(r.step() == 4 ? r.secondsLeft() == 0 : r.secondsLeft() > 0);
                }

                @Override
                public void onEnd(History h) {
                    heard.add("end " + h.steps().size());
                }
            }).run(EXAMPLES, EXAMPLES);
            assertEquals(List.of("start 3", "step 1 of 4", "step 2 of 4 evaluated", "step 3 of 4", "step 4 of 4 evaluated", "end 4"), heard);
            assertEquals(4, history.losses().length);
            assertTrue(history.toString().startsWith("4 steps, loss "), history.toString());
        }
    }

    @Test
    void evaluationIsTheMeanOverTheLearnedTokensOfAllBatches() {
        List<Example> four = EXAMPLES.subList(0, 4);
        double sum = 0;
        long count = 0;
        for (Example e : four)
            try (Evaluation one = new Evaluation(base, List.of(e), 64)) {
                sum += one.loss().orElseThrow() * e.learnedCount();
                count += e.learnedCount();
            }
        try (Evaluation all = new Evaluation(base, four, 48)) {
            assertEquals(sum / count, all.loss().orElseThrow(), 1e-6);
        }
        try (Evaluation none = new Evaluation(base, List.of(), 64)) {
            assertTrue(none.loss().isEmpty());
        }
    }

    @Test
    void aWholeModelTrainsAndItsLossFalls() {
        try (Gemma3 model = Gemma3.trainable(base, Precision.F32)) {
            int live = session.liveBuffers();
            History history = new Trainer(model, CONFIG.maxSteps(15).batchSize(12).checkpointLayers(true)).run(EXAMPLES, List.of());
            assertTrue(history.losses()[14] < history.losses()[0] - 0.5, history.toString());
            assertEquals(live, session.liveBuffers());
        }
    }

    @Test
    void aFrozenModelIsAnError() {
        assertMessage(() -> new Trainer(base, CONFIG), "Trainer: nothing is trainable", "Gemma3(3 layers, hidden 16)", "attach adapters first");
    }

    @Test
    void examplesWithoutLearnedTokensAreAnErrorBeforeTheFirstStep() {
        List<Example> masked = EXAMPLES.stream().map(e -> TinyGemma.example(e.tokens(), e.length())).toList();
        try (LoraModel model = adapter()) {
            Map<String, HostArray> before = values(model);
            assertMessage(() -> new Trainer(model, CONFIG).run(masked, List.of()), "Trainer.run: nothing would be learned: all labels are masked", "4 of 4 steps, the first of them step 1",
                "give rows with an answer");
            List<Example> oneBatch = new ArrayList<>(EXAMPLES.subList(0, 4));
            oneBatch.addAll(masked.subList(4, 8));
            oneBatch.addAll(EXAMPLES.subList(8, 12));
            assertMessage(() -> new Trainer(model, CONFIG.shuffle(false)).run(oneBatch, List.of()), "1 of 4 steps, the first of them step 2");
            assertMessage(() -> new Trainer(model, CONFIG).run(EXAMPLES, masked), "none of the 12 test examples");
            assertMessage(() -> new Trainer(model, CONFIG).run(List.of(), List.of()), "no example to train on");
            assertBits(before, values(model));
        }
    }

    @Test
    void rowsLongerThanTheLimitAreAnErrorOrLeftOutAndCounted(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("rows.jsonl");
        Files.writeString(file, """
            {"prompt": "a b", "completion": "c"}
            {"prompt": "a much longer row than the others", "completion": "d"}
            {"prompt": "b", "completion": "e"}
            """);
        ChatData rows = ChatData.read(file);
        List<String> started = new ArrayList<>();
        try (LoraModel model = adapter()) {
            assertMessage(() -> new Trainer(model, CONFIG.maxLength(12)).run(rows), "1 of 3 rows are longer than the limit", "limit 12 tokens", "row 1");
            History history = new Trainer(model, CONFIG.maxLength(12).skipLong(true)).listen(new StepListener() {
                @Override
                public void onStart(List<String> notes) {
                    started.addAll(notes);
                }

                @Override
                public void onStep(StepReport report) {}
            }).run(rows, rows);
            assertTrue(history.notes().getFirst().startsWith("train: 2 examples of 3 rows"), history.toString());
            assertTrue(history.notes().getFirst().contains("1 too long, left out"), history.toString());
            assertTrue(history.notes().get(1).startsWith("test: 2 examples of 3 rows"), history.toString());
            assertTrue(history.notes().get(2).startsWith("batches: 4 steps of 1 x "), history.toString());
            assertEquals(history.notes(), started);
        }
    }

    @Test
    void anExampleLongerThanABatchIsAnError() {
        try (LoraModel model = adapter()) {
            assertMessage(() -> new Trainer(model, CONFIG.batchTokens(10)).run(EXAMPLES, List.of()), "an example is longer than a batch", "into 10 slots", "raise batchTokens");
        }
    }

    @Test
    void settingsOutOfRangeAreErrorsThatNameTheField() {
        Map<String, UnaryOperator<TrainConfig>> bad = new LinkedHashMap<>();
        bad.put("maxSteps", c -> c.maxSteps(0));
        bad.put("batchSize", c -> c.batchSize(0));
        bad.put("batchTokens", c -> c.batchTokens(-1));
        bad.put("accumulation", c -> c.accumulation(0));
        bad.put("maxLength", c -> c.maxLength(1));
        bad.put("warmupSteps", c -> c.warmupSteps(-1));
        bad.put("finalRate", c -> c.finalRate(1.5));
        bad.put("beta1", c -> c.beta1(1));
        bad.put("beta2", c -> c.beta2(-0.1));
        bad.put("epsilon", c -> c.epsilon(0));
        bad.put("weightDecay", c -> c.weightDecay(-1));
        bad.put("maxGradientNorm", c -> c.maxGradientNorm(Double.NaN));
        bad.put("evalEvery", c -> c.evalEvery(-1));
        bad.forEach((field, change) -> assertMessage(() -> change.apply(new TrainConfig()), "TrainConfig: " + field + " is out of range", "give "));
        for (double rate : new double[] {0, -1e-4, Double.NaN, Double.POSITIVE_INFINITY})
            assertMessage(() -> new TrainConfig().learningRate(rate), "TrainConfig: learningRate is out of range", "" + rate, "give a number above 0");
        TrainConfig late = new TrainConfig().warmupSteps(500).maxSteps(500);
        try (LoraModel model = adapter()) {
            assertMessage(() -> new Trainer(model, late), "TrainConfig: warmupSteps is out of range", "500", "fewer than maxSteps (500)");
            new Trainer(model, late.maxSteps(501));
        }
    }

    @Test
    void eachCopyMethodChangesItsFieldAlone() {
        TrainConfig all = new TrainConfig().maxSteps(11).batchSize(12).accumulation(13).maxLength(14).skipLong(true).learningRate(0.15).warmupSteps(1).schedule(Schedule.LINEAR)
            .finalRate(0.16).beta1(0.17).beta2(0.18).epsilon(0.19).weightDecay(0.2).maxGradientNorm(0.21).checkpointLayers(true).evalEvery(22).shuffle(false).seed(Seed.of(23));
        assertEquals(new TrainConfig(11, 12, 0, 13, 14, true, 0.15, 1, Schedule.LINEAR, 0.16, 0.17, 0.18, 0.19, 0.2, 0.21, true, 22, false, Seed.of(23)), all);
        assertEquals(4096, all.batchTokens(4096).batchTokens());
        assertEquals(0, all.batchTokens(4096).batchSize(3).batchTokens());
    }
}
