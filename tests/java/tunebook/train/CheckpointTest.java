package tunebook.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tunebook.TinyGemma;
import tunebook.data.Example;
import tunebook.gemma.Gemma3;
import tunebook.generate.Generator;
import tunebook.lora.LoraModel;
import tunebook.nn.Precision;
import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;

class CheckpointTest extends CheckpointRuns {
    static List<String> names(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).filter(n -> !n.equals(".lock")).sorted().toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static void assertMessage(org.junit.jupiter.api.function.Executable body, String... parts) {
        String message = assertThrows(TunebookException.class, body).getMessage();
        for (String part : parts) assertTrue(message.contains(part), message);
    }

    /// Losses and norms to the last bit.
    private static List<List<Object>> learned(History history) {
        return history.steps().stream().map(s -> List.<Object>of(s.step(), s.loss(), s.gradientNorm(), s.learningRate(), s.evalLoss(), s.learnedTokens())).toList();
    }

    private static double heldOut(LoraModel model) {
        try (Evaluation evaluation = new Evaluation(model, HELD_OUT, 256)) {
            return evaluation.loss().orElseThrow();
        }
    }

    /// Weights, optimizer and data of all checkpoints, byte for byte.
    private static void assertSameFiles(Path expected, Path actual, int... steps) throws IOException {
        for (int step : steps)
            for (String file : List.of(Checkpoint.PARAMETERS, Checkpoint.OPTIMIZER, Checkpoint.DATA))
                assertEquals(-1, Files.mismatch(expected.resolve(Checkpoint.name(step)).resolve(file), actual.resolve(Checkpoint.name(step)).resolve(file)), step + " " + file);
    }

    /// A run that is interrupted and resumed twice, on another adapter each time, against one that is not.
    private void assertResumedIsUnbroken(TrainConfig config) throws IOException {
        String name = "unbroken " + config.hashCode();
        History unbroken;
        try (LoraModel model = adapter()) {
            unbroken = new Trainer(model, config).checkpoints(in(name)).run(EXAMPLES, HELD_OUT);
        }
        try (LoraModel model = adapter()) {
            History first = interruptedAfter(3, new Trainer(model, config).checkpoints(in(name + " not"))).run(EXAMPLES, HELD_OUT);
            assertTrue(first.interrupted() && !Thread.currentThread().isInterrupted());
            assertEquals(3, Checkpoint.last(folder.resolve(name + " not")).step());
        }
        try (LoraModel other = LORA.attach(base, Seed.of(2))) {
            History second = interruptedAfter(6, new Trainer(other, config).resume(in(name + " not"))).run(EXAMPLES, HELD_OUT);
            assertEquals(6, second.steps().size());
        }
        try (LoraModel other = LORA.attach(base, Seed.of(3))) {
            History resumed = new Trainer(other, config).resume(in(name + " not")).run(EXAMPLES, HELD_OUT);
            assertFalse(resumed.interrupted());
            assertEquals(learned(unbroken), learned(resumed));
            assertEquals("resumed after step 6 from " + folder.resolve(name + " not").resolve("step-000006"), resumed.notes().getLast());
        }
        assertEquals(List.of("step-000000", "step-000002", "step-000003", "step-000004", "step-000006", "step-000007"), names(folder.resolve(name + " not")));
        assertSameFiles(folder.resolve(name), folder.resolve(name + " not"), 0, 2, 4, 6, 7);
    }

    @Test
    void aResumedRunIsTheUnbrokenOneBitForBit() throws IOException {
        assertResumedIsUnbroken(CONFIG);
        assertResumedIsUnbroken(CONFIG.accumulation(2).batchTokens(80).weightDecay(0.1));
    }

    @Test
    void checkpointsChangeNothingThatIsLearnedAndLeaveNothingOnTheDevice() {
        int live = session.liveBuffers();
        History without;
        try (LoraModel model = adapter()) {
            without = new Trainer(model, CONFIG).run(EXAMPLES, HELD_OUT);
        }
        try (LoraModel model = adapter()) {
            assertEquals(learned(without), learned(new Trainer(model, CONFIG).checkpoints(in("run").every(1)).run(EXAMPLES, HELD_OUT)));
        }
        assertEquals(live, session.liveBuffers());
        assertEquals(8, Checkpoint.list(folder.resolve("run")).size());
    }

    @Test
    void aWholeModelResumesToo() throws IOException {
        TrainConfig config = CONFIG.maxSteps(4).warmupSteps(0);
        for (String name : List.of("whole", "broken")) {
            try (Gemma3 model = Gemma3.trainable(base, Precision.F32)) {
                Trainer trainer = new Trainer(model, config).checkpoints(in(name));
                (name.equals("whole") ? trainer : interruptedAfter(1, trainer)).run(EXAMPLES, List.of());
            }
        }
        try (Gemma3 model = Gemma3.trainable(base, Precision.F32)) {
            new Trainer(model, config).resume(in("broken")).run(EXAMPLES, List.of());
        }
        assertSameFiles(folder.resolve("whole"), folder.resolve("broken"), 2, 4);
    }

    @Test
    void aFinishedRunResumedIsItsHistoryAndItsModel() {
        History done;
        double loss;
        try (LoraModel model = adapter()) {
            done = new Trainer(model, CONFIG).checkpoints(in("run")).run(EXAMPLES, HELD_OUT);
            loss = heldOut(model);
        }
        List<Object> heard = new ArrayList<>();
        try (LoraModel other = LORA.attach(base, Seed.of(2))) {
            History again = new Trainer(other, CONFIG).resume(in("run")).listen(new StepListener() {
                @Override
                public void onStart(List<String> notes) {
                    heard.add(notes.getLast().substring(0, 20));
                }

                @Override
                public void onResume(List<StepReport> before) {
                    heard.add(before.size());
                }

                @Override
                public void onStep(StepReport report) {
                    heard.add(report);
                }
            }).run(EXAMPLES, HELD_OUT);
            assertEquals(done.steps(), again.steps()); // seconds and all: the file keeps every number
            assertEquals(loss, heldOut(other));
        }
        assertEquals(List.of("resumed after step 7", 7), heard);
    }

    @Test
    void theNewestAndTheBestAreKept() {
        // What is held out are the learned rows with the answers that the untrained model finds likeliest: their loss rises.
        List<Example> learnt = EXAMPLES.subList(0, 3);
        List<Example> other = learnt.stream().map(CheckpointTest::answeredByTheBase).toList();
        TrainConfig config = CONFIG.maxSteps(30).evalEvery(1).learningRate(0.05).warmupSteps(0).schedule(Schedule.CONSTANT);
        History history;
        try (LoraModel model = adapter()) {
            history = new Trainer(model, config).checkpoints(in("run").every(10).keepLast(2)).run(learnt, other);
        }
        double[] held = history.steps().stream().mapToDouble(s -> s.evalLoss().orElseThrow()).toArray();
        int best = 1;
        for (int i = 1; i < held.length; i++) if (held[i] < held[best - 1]) best = i + 1;
        assertTrue(best < 20, "the best step " + best + " of " + Arrays.toString(held) + " would have been kept anyway");
        assertEquals(List.of(best, 20, 30), Checkpoint.list(folder.resolve("run")).stream().map(Checkpoint::step).toList());
        assertEquals(List.of(Checkpoint.name(best), "step-000020", "step-000030"), names(folder.resolve("run")));
        Checkpoint kept = Checkpoint.best(folder.resolve("run"));
        assertEquals(OptionalDouble.of(held[best - 1]), kept.evalLoss());
        assertEquals(learned(history).subList(0, best), learned(kept.history()));
        try (LoraModel model = adapter()) {
            kept.restore(model);
            try (Evaluation evaluation = new Evaluation(model, other, 256)) {
                assertEquals(held[best - 1], evaluation.loss().orElseThrow(), 1e-6);
            }
            model.saveAdapter(folder.resolve("adapter"));
        }
        assertTrue(Files.exists(folder.resolve("adapter/adapter_model.safetensors")));
    }

    private static Example answeredByTheBase(Example e) {
        int prompt = e.tokens().length - e.learnedCount(); // what is learned stands at the end
        int[] tokens = Arrays.copyOf(e.tokens(), e.tokens().length);
        try (Generator generator = new Generator(base, 1)) {
            int[] answer = generator.generate(Arrays.copyOf(tokens, prompt), e.learnedCount(), Set.of()).tokens();
            System.arraycopy(answer, 0, tokens, prompt, answer.length);
        }
        return TinyGemma.example(tokens, prompt);
    }

    @Test
    void withoutKeepBestOnlyTheNewestStay() {
        try (LoraModel model = adapter()) {
            new Trainer(model, CONFIG).checkpoints(in("run").keepLast(1).keepBest(false)).run(EXAMPLES, HELD_OUT);
        }
        assertEquals(List.of("step-000007"), names(folder.resolve("run")));
    }

    private void start(TrainConfig config) {
        try (LoraModel model = adapter()) {
            interruptedAfter(2, new Trainer(model, config).checkpoints(in("run"))).run(EXAMPLES, HELD_OUT);
        }
    }

    @Test
    void aNewRunDoesNotWriteOverAnOldOneAndNothingResumesFromNothing() {
        start(CONFIG);
        try (LoraModel model = adapter()) {
            assertMessage(() -> new Trainer(model, CONFIG).checkpoints(in("run")).run(EXAMPLES, HELD_OUT), "Trainer.run: the folder holds the checkpoints of an earlier run", "run, the last of step 2",
                "resume that run, or give another folder");
            assertMessage(() -> new Trainer(model, CONFIG).resume(in("no")).run(EXAMPLES, HELD_OUT), "there is no checkpoint to resume from", "no — give the folder");
            assertFalse(Files.exists(folder.resolve("no")));
            assertTrue(folder.resolve("empty").toFile().mkdir());
            assertMessage(() -> new Trainer(model, CONFIG).resume(in("empty")).run(EXAMPLES, HELD_OUT), "there is no checkpoint to resume from", "empty — give the folder");
        }
        assertMessage(() -> Checkpoint.last(folder.resolve("nowhere")), "Checkpoint: there is no checkpoint", "nowhere");
        assertMessage(() -> Checkpoint.best(folder.resolve("nowhere")), "no checkpoint that was evaluated");
        assertEquals(List.of(), Checkpoint.list(folder.resolve("nowhere")));
    }

    @Test
    void twoTrainingsOfOneFolderAreAnErrorOfTheSecond() {
        try (LoraModel model = adapter(); LoraModel second = adapter()) {
            History first = new Trainer(model, CONFIG).checkpoints(in("run")).listen(r -> {
                for (Trainer t : List.of(new Trainer(second, CONFIG).checkpoints(in("run")), new Trainer(second, CONFIG).resume(in("run"))))
                    assertMessage(() -> t.run(EXAMPLES, HELD_OUT), "Trainer.run: another run is writing to this folder", "run, this process itself", "wait for it, stop it, or give another folder");
            }).run(EXAMPLES, HELD_OUT);
            assertEquals(7, first.steps().size());
            assertEquals(7, new Trainer(second, CONFIG).resume(in("run")).run(EXAMPLES, HELD_OUT).steps().size());
        }
    }

    @Test
    void aDamagedCheckpointIsNamedAndTheOneBeforeItStillGood() throws IOException {
        start(CONFIG.maxSteps(8));
        Path last = folder.resolve("run/step-000002");
        try (LoraModel model = adapter()) {
            for (String file : List.of(Checkpoint.PARAMETERS, Checkpoint.OPTIMIZER, Checkpoint.DATA, Checkpoint.HISTORY, Checkpoint.FACTS, "SHA256SUMS")) {
                byte[] whole = Files.readAllBytes(last.resolve(file));
                byte[] bad = whole.clone();
                bad[bad.length / 2] ^= 1;
                Files.write(last.resolve(file), bad);
                assertMessage(() -> new Trainer(model, CONFIG.maxSteps(8)).resume(in("run")).run(EXAMPLES, HELD_OUT), "step-000002");
                if (!file.equals(Checkpoint.FACTS)) assertMessage(() -> Checkpoint.last(folder.resolve("run")).restore(model), "SealedFolder.verify: the folder is damaged", "or delete it");
                Files.delete(last.resolve(file));
                assertMessage(() -> new Trainer(model, CONFIG.maxSteps(8)).resume(in("run")).run(EXAMPLES, HELD_OUT), "step-000002", file);
                Files.write(last.resolve(file), whole);
            }
            tunebook.io.SealedFolder.delete(last);
            assertEquals(8, new Trainer(model, CONFIG.maxSteps(8)).resume(in("run")).run(EXAMPLES, HELD_OUT).steps().size());
        }
    }

    @Test
    void factsAndHistoryAreReadWithCare() throws IOException {
        start(CONFIG);
        Path facts = folder.resolve("run/step-000002/checkpoint.json");
        String whole = Files.readString(facts);
        Files.writeString(facts, whole.replace("\"format\" : 1", "\"format\" : 2"));
        assertMessage(() -> Checkpoint.last(folder.resolve("run")), "the checkpoint has another format", "format 2");
        Files.writeString(facts, whole.substring(0, whole.length() / 2));
        assertMessage(() -> Checkpoint.last(folder.resolve("run")), "checkpoint.json is not JSON", "step-000002");
        Files.writeString(facts, whole);
        Path history = facts.resolveSibling("history.jsonl");
        Files.writeString(history, Files.readAllLines(history).getFirst() + "\n");
        assertMessage(() -> Checkpoint.last(folder.resolve("run")).history(), "the history is not that of steps 1 to 2", "1 steps, the last 1");
        Files.move(folder.resolve("run/step-000002"), folder.resolve("run/step-000003"));
        assertMessage(() -> Checkpoint.last(folder.resolve("run")), "the folder has another step's name", "step 2");
    }

    @Test
    void aCheckpointGoesIntoAModelOfItsShapeOnly() throws IOException {
        start(CONFIG);
        try (LoraModel model = LORA.rank(3).attach(base, Seed.of(1))) {
            float before = model.buffer(model.trainable().iterator().next()).toHost().getFloat(0);
            assertMessage(() -> Checkpoint.last(folder.resolve("run")).restore(model), "Checkpoint.restore: the model is another one: 12 of 12 trained tensors differ",
                "first model.layers.0.self_attn.q_proj.lora_A.weight is F32[2, 16] there and F32[3, 16] here", "the same rank and targets");
            assertEquals(before, model.buffer(model.trainable().iterator().next()).toHost().getFloat(0));
        }
    }

    @Test
    void whatTheWritingThreadFailsWithStopsTheRun() throws IOException {
        List<Integer> steps = new ArrayList<>();
        Path run = folder.resolve("run");
        TrainConfig config = CONFIG.maxSteps(1000);
        try (LoraModel model = adapter()) {
            assertMessage(() -> new Trainer(model, config).checkpoints(in("run").keepBest(false)).listen(r -> {
                steps.add(r.step());
                if (r.step() == 3) assertTrue(run.resolve("step-000004").toFile().mkdir());
            }).run(EXAMPLES, HELD_OUT), "Trainer.run: writing the checkpoint of step 4 failed, so the run stops", "SealedFolder.write", "step-000004", "it exists already",
                "resume: the last whole checkpoint is of step 2", "what was learned since is in the model");
            assertTrue(steps.size() >= 4 && steps.size() <= 6, "" + steps); // before the next checkpoint at the latest
        }
        assertEquals(List.of("step-000000", "step-000002", "step-000004"), names(run));
        Files.delete(run.resolve("step-000004"));
        try (LoraModel model = adapter()) {
            interruptedAfter(5, new Trainer(model, config).resume(in("run"))).run(EXAMPLES, HELD_OUT);
        }
        assertEquals(5, Checkpoint.last(run).step());
    }

    @Test
    void anErrorOfTheRunLeavesTheCheckpointsBeforeIt() {
        try (LoraModel model = adapter()) {
            assertThrows(IllegalStateException.class, () -> new Trainer(model, CONFIG).checkpoints(in("run")).listen(r -> {
                if (r.step() == 5) throw new IllegalStateException("a listener's");
            }).run(EXAMPLES, HELD_OUT));
            assertEquals(4, Checkpoint.last(folder.resolve("run")).step());
            assertEquals(7, new Trainer(model, CONFIG).resume(in("run")).run(EXAMPLES, HELD_OUT).steps().size());
        }
    }

    @Test
    void leftoversOfAKilledWriteAreRemovedAndLeftoversOfOthersAreNot() throws IOException {
        start(CONFIG);
        Files.createDirectories(folder.resolve("run/.step-000003.1abc.tmp"));
        Files.writeString(folder.resolve("run/.step-000003.1abc.tmp/parameters.safetensors"), "half");
        Files.writeString(folder.resolve("run/notes.txt"), "mine");
        try (LoraModel model = adapter()) {
            interruptedAfter(3, new Trainer(model, CONFIG).resume(in("run"))).run(EXAMPLES, HELD_OUT);
        }
        assertEquals(List.of("notes.txt", "step-000000", "step-000002", "step-000003"), names(folder.resolve("run")));
    }

    @Test
    void checkpointsSayWhatTheyHold() throws IOException {
        start(CONFIG);
        Path last = Checkpoint.last(folder.resolve("run")).folder();
        assertEquals(List.of("SHA256SUMS", "checkpoint.json", "data.safetensors", "history.jsonl", "optimizer.safetensors", "parameters.safetensors"), names(last));
        assertEquals(2, Files.readAllLines(last.resolve("history.jsonl")).size());
        try (var optimizer = tunebook.io.SafeTensors.open(last.resolve("optimizer.safetensors")); var data = tunebook.io.SafeTensors.open(last.resolve("data.safetensors"))) {
            assertEquals(24, optimizer.names().size());
            assertNotEquals(0, optimizer.get("adamw.m:model.layers.0.self_attn.q_proj.lora_B.weight").getFloat(0));
            assertArrayEquals(new int[] {3, 3, 3, 3, 3, 3, 3}, data.get("batches").toInts());
            assertEquals(21, data.get("order").size());
        }
    }

    @Test
    void settingsOutOfRangeAreErrorsThatNameTheField() {
        Checkpoints c = new Checkpoints(folder);
        assertEquals(new Checkpoints(folder, 7, 8, false), c.every(7).keepLast(8).keepBest(false));
        assertMessage(() -> c.every(0), "Checkpoints: every is out of range — 0 — give steps, 1 or more");
        assertMessage(() -> c.keepLast(0), "Checkpoints: keepLast is out of range", "give 1 or more");
    }
}
