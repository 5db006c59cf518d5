package tunebook.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tunebook.TinyGemma;
import tunebook.data.Example;
import tunebook.gemma.Gemma3;
import tunebook.lora.Lora;
import tunebook.lora.LoraModel;
import tunebook.nn.Precision;

/// Against transformers and PEFT in F32 (`tests/golden/train/make_run.py`).
class TrainingParityTest {
    private static final JsonNode RUN = TinyGemma.golden("tests/golden/train/run.json");
    private static final TrainConfig CONFIG = new TrainConfig().maxSteps(20).batchSize(4).learningRate(1e-3).warmupSteps(4).schedule(Schedule.COSINE)
        .weightDecay(0.01).maxGradientNorm(2.5).shuffle(false);

    private static List<Example> documents() {
        List<Example> out = new ArrayList<>();
        RUN.get("documents").forEach(d -> out.add(TinyGemma.example(TinyGemma.ints(d.get("tokens")), d.get("learn_from").asInt())));
        return out;
    }

    private static void assertRun(TrainConfig config) {
        try (Gemma3 base = TinyGemma.load(); LoraModel model = Lora.load(Path.of("tests/golden/train/start"), base)) {
            History history = new Trainer(model, config).run(documents(), List.of());
            double worst = 0;
            for (int i = 0; i < 20; i++) {
                JsonNode expected = RUN.get("steps").get(i);
                StepReport step = history.steps().get(i);
                assertEquals(expected.get("learned").asLong(), step.learnedTokens());
                assertEquals(expected.get("learning_rate").asDouble(), step.learningRate(), 1e-12);
                worst = Math.max(worst, Math.abs(step.loss() / expected.get("loss").asDouble() - 1));
                worst = Math.max(worst, Math.abs(step.gradientNorm() / expected.get("gradient_norm").asDouble() - 1));
            }
            assertEquals(0, worst, 1e-5);
        }
    }

    @Test
    void lossAndGradientNormOfTwentyStepsAreTransformersAndPefts() {
        assertRun(CONFIG);
    }

    @Test
    void bf16ProductsStayNear() {
        try (Gemma3 base = TinyGemma.load(Precision.MIXED); LoraModel model = Lora.load(Path.of("tests/golden/train/start"), base)) {
            History history = new Trainer(model, CONFIG).run(documents(), List.of());
            for (int i = 0; i < 20; i++) assertEquals(1, history.losses()[i] / RUN.get("steps").get(i).get("loss").asDouble(), 0.01);
        }
    }

    @Test
    void theGoldenRunClipsSomeStepsAndNotOthers() {
        int clipped = 0;
        for (JsonNode step : RUN.get("steps")) if (step.get("gradient_norm").asDouble() > 2.5) clipped++;
        assertTrue(clipped > 3 && clipped < 17);
    }

    @Test
    void ratesAreTransformersExceptThatTheWarmUpDoesNotStartAtZero() {
        for (String name : List.of("CONSTANT", "LINEAR", "COSINE", "COSINE to 0.1"))
            for (int warmup : new int[] {0, 3}) {
                TrainConfig config = new TrainConfig().maxSteps(12).warmupSteps(warmup).learningRate(1e-3).schedule(Schedule.valueOf(name.split(" ")[0]))
                    .finalRate(name.endsWith("0.1") ? 0.1 : 0);
                JsonNode theirs = RUN.get("schedules").get(name + " " + warmup);
                for (int n = 1; n <= 12; n++) assertEquals(theirs.get(n <= warmup ? n : n - 1).asDouble(), config.rateAt(n), 1e-15, name + " " + warmup + " step " + n);
                for (int n = 1; n <= 12; n++) assertTrue(config.rateAt(n) > 0);
            }
    }
}
