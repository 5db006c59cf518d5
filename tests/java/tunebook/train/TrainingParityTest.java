package tunebook.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import tunebook.TinyGemma;
import tunebook.gemma.Gemma3;
import tunebook.lora.Lora;
import tunebook.lora.LoraModel;
import tunebook.nn.Precision;

/// Against transformers and PEFT (`tests/golden/train/make_run.py`); [EquivalenceTest] does so in F32.
class TrainingParityTest {
    private static final JsonNode RUN = EquivalenceTest.RUN;

    @Test
    void bf16ProductsStayNear() {
        try (Gemma3 base = TinyGemma.load(Precision.MIXED); LoraModel model = Lora.load(Path.of("tests/golden/train/start"), base)) {
            History history = new Trainer(model, EquivalenceTest.CONFIG).run(EquivalenceTest.documents(), List.of());
            for (int i = 0; i < 50; i++) assertEquals(1, history.losses()[i] / RUN.get("steps").get(i).get("loss").asDouble(), 0.01);
        }
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
