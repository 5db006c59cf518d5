package tunebook.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static tunebook.train.CheckpointTest.assertMessage;
import static tunebook.train.CheckpointTest.names;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import tunebook.TinyGemma;
import tunebook.data.Example;
import tunebook.gemma.Gemma3;
import tunebook.lora.LoraModel;
import tunebook.model.LanguageModel;
import tunebook.nn.Precision;
import tunebook.tensor.Seed;

/// A checkpoint of one run and the model, rows, configuration or device of another.
class ResumingAnotherRunTest extends CheckpointRuns {
    private void start(TrainConfig config) {
        try (LoraModel model = adapter()) {
            interruptedAfter(2, new Trainer(model, config).checkpoints(in("run"))).run(EXAMPLES, HELD_OUT);
        }
    }

    private void assertRefused(LanguageModel model, TrainConfig config, List<Example> train, List<Example> test, String... parts) {
        int live = session.liveBuffers();
        assertMessage(() -> new Trainer(model, config).resume(in("run")).run(train, test), parts);
        assertEquals(live, session.liveBuffers());
    }

    @Test
    void resumingAnotherRunSaysWhatDiffers() throws IOException {
        start(CONFIG);
        String lead = "Trainer.resume: this is not the run that the checkpoint is of";
        List<Example> changed = new ArrayList<>(EXAMPLES);
        changed.set(5, HELD_OUT.getFirst());
        changed.set(9, HELD_OUT.getFirst());
        try (LoraModel model = adapter(); LoraModel rank = LORA.rank(4).attach(base, Seed.of(1)); LoraModel alpha = LORA.alpha(3).attach(base, Seed.of(1));
             LoraModel targets = LORA.targets("q_proj").attach(base, Seed.of(1)); Gemma3 bf16 = Gemma3.load(base.source().orElseThrow(), session, Precision.MIXED);
             LoraModel precision = LORA.attach(bf16, Seed.of(1)); Gemma3 tiny = TinyGemma.load(); LoraModel other = LORA.attach(tiny, Seed.of(1))) {
            assertRefused(model, CONFIG, changed, HELD_OUT, lead, "step-000002: train rows: 2 of 12 examples differ, first example 5 — make model, rows and configuration as they were");
            assertRefused(model, CONFIG, EXAMPLES.subList(0, 11), HELD_OUT, "train rows: there were 12 examples, there are 11");
            assertRefused(model, CONFIG, EXAMPLES, List.of(), ": test rows: there were 4 examples, there are 0 —");
            assertRefused(rank, CONFIG, EXAMPLES, HELD_OUT, lead, "model: lora.rank was 2, is 4; trained parameters: 12 of 12 differ, first model.layers.0.self_attn.q_proj.lora_A.weight was F32[2, 16], is F32[4, 16]");
            assertRefused(alpha, CONFIG, EXAMPLES, HELD_OUT, ": model: lora.alpha was 16.0, is 3.0 —");
            assertRefused(targets, CONFIG, EXAMPLES, HELD_OUT, "trained parameters: 6 of 12 differ, first model.layers.0.self_attn.v_proj.lora_A.weight was F32[2, 16], is not there");
            if (session.hasBf16()) assertRefused(precision, CONFIG, EXAMPLES, HELD_OUT, "model: compute was Compute[dot=F32");
            assertRefused(precision, CONFIG, EXAMPLES, HELD_OUT, "frozen parameters: 41 of 41 differ, first model.embed_tokens.weight was F32[96, 16] sha256:");
            assertRefused(other, CONFIG, EXAMPLES, HELD_OUT, "num_hidden_layers was 3, is 7");
            new Trainer(model, CONFIG.evalEvery(3)).resume(in("run").every(1)).run(EXAMPLES, HELD_OUT); // what does not change what is learned may differ
        }
    }

    @Test
    void eachSettingThatDecidesWhatIsLearnedIsCompared() {
        TrainConfig config = CONFIG.maxSteps(40);
        start(config);
        Map<String, UnaryOperator<TrainConfig>> changes = new LinkedHashMap<>();
        changes.put("maxSteps was 40, is 41", c -> c.maxSteps(41));
        changes.put("batchSize was 3, is 4", c -> c.batchSize(4));
        changes.put("batchTokens was 0, is 99", c -> c.batchTokens(99));
        changes.put("accumulation was 1, is 2", c -> c.accumulation(2));
        changes.put("maxLength was 1024, is 99", c -> c.maxLength(99));
        changes.put("skipLong was false, is true", c -> c.skipLong(true));
        changes.put("learningRate was 0.01, is 0.02", c -> c.learningRate(0.02));
        changes.put("warmupSteps was 2, is 3", c -> c.warmupSteps(3));
        changes.put("schedule was COSINE, is LINEAR", c -> c.schedule(Schedule.LINEAR));
        changes.put("finalRate was 0.0, is 0.5", c -> c.finalRate(0.5));
        changes.put("beta1 was 0.9, is 0.8", c -> c.beta1(0.8));
        changes.put("beta2 was 0.999, is 0.99", c -> c.beta2(0.99));
        changes.put("epsilon was 1.0E-8, is 1.0E-6", c -> c.epsilon(1e-6));
        changes.put("weightDecay was 0.0, is 0.1", c -> c.weightDecay(0.1));
        changes.put("maxGradientNorm was 1.0, is 0.0", c -> c.maxGradientNorm(0));
        changes.put("checkpointLayers was false, is true", c -> c.checkpointLayers(true));
        changes.put("shuffle was true, is false", c -> c.shuffle(false));
        changes.put("seed was 0, is 1", c -> c.seed(Seed.of(1)));
        assertEquals(TrainConfig.class.getRecordComponents().length - 1, changes.size());
        try (LoraModel model = adapter()) {
            changes.forEach((text, change) -> assertRefused(model, change.apply(config), EXAMPLES, HELD_OUT, ": configuration: " + text + " —"));
        }
    }

    @Test
    void resumingOnAnotherDeviceGoesOnAndSaysSo() throws IOException {
        start(CONFIG);
        Path last = folder.resolve("run/step-000002");
        LinkedHashMap<String, tunebook.io.AtomicFiles.Content> files = new LinkedHashMap<>();
        for (String file : names(last)) {
            byte[] bytes = Files.readAllBytes(last.resolve(file));
            byte[] moved = file.equals(Checkpoint.FACTS) ? new String(bytes).replace("\"device\" : \"cpu", "\"device\" : \"another").getBytes() : bytes;
            if (!file.equals("SHA256SUMS")) files.put(file, out -> out.write(moved));
        }
        tunebook.io.SealedFolder.delete(last);
        tunebook.io.SealedFolder.write(last, files);
        try (LoraModel model = adapter()) {
            History history = new Trainer(model, CONFIG).resume(in("run")).run(EXAMPLES, HELD_OUT);
            assertEquals(7, history.steps().size());
            assertTrue(history.notes().getLast().startsWith("compiled step, compiler or device are others than the checkpoint's"), history.toString());
        }
    }
}
