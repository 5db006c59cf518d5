package tunebook.train;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import tunebook.TinyGemma;
import tunebook.data.Example;
import tunebook.engine.Session;
import tunebook.gemma.Gemma3;
import tunebook.lora.Lora;
import tunebook.lora.LoraModel;
import tunebook.nn.Precision;
import tunebook.tensor.Seed;

/// A small model, rows and settings for runs that keep checkpoints.
abstract class CheckpointRuns {
    static final List<Example> EXAMPLES = TinyGemma.examples(12);
    static final List<Example> HELD_OUT = TinyGemma.examples(16).subList(12, 16);
    static final TrainConfig CONFIG = new TrainConfig().maxSteps(7).batchSize(3).learningRate(1e-2).warmupSteps(2).evalEvery(2);
    static final Lora LORA = new Lora().rank(2).dropout(0.1).targets("q_proj", "v_proj");
    static Gemma3 base;
    static Session session;

    @TempDir
    Path folder;

    @BeforeAll
    static void load() {
        base = Gemma3.load(Path.of("tests/golden/lora/nested-base"), Session.open("cpu"), Precision.F32);
        session = base.session();
    }

    @AfterAll
    static void close() {
        base.close();
    }

    static LoraModel adapter() {
        return LORA.attach(base, Seed.of(1));
    }

    Checkpoints in(String name) {
        return new Checkpoints(folder.resolve(name)).every(2).keepLast(100);
    }

    static Trainer interruptedAfter(int step, Trainer trainer) {
        return trainer.listen(r -> {
            if (r.step() == step) Thread.currentThread().interrupt();
        });
    }
}
