package tunebook.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tunebook.TinyGemma;
import tunebook.data.Example;
import tunebook.gemma.Gemma3;
import tunebook.gemma.Gemma3Blueprint;
import tunebook.gemma.Gemma3Config;
import tunebook.gemma.Gemma3Network;
import tunebook.graph.StableHlo;
import tunebook.lora.Lora;
import tunebook.lora.LoraBlueprint;
import tunebook.lora.LoraModel;
import tunebook.model.Blueprint;
import tunebook.nn.Compute;
import tunebook.tensor.DType;
import tunebook.tensor.Seed;

/// Where checkpointed layers are a loop of the program, and where they cannot be. That they learn the same is in [EquivalenceTest].
class LayerLoopTest {
    private static final List<Example> EXAMPLES = TinyGemma.examples(16);
    private static final TrainConfig CONFIG = new TrainConfig().maxSteps(4).batchSize(4).learningRate(1e-2).shuffle(false);

    private static Blueprint frozen(int layers) {
        Gemma3Config config = new Gemma3Config(96, 32, 64, layers, 2, 1, 16, 1e-6, 16, 8, Gemma3Config.layerTypes(layers, 3), 1e6, 1e4, 1, true, 128);
        return new Gemma3Blueprint(new Gemma3Network(config), Compute.F32, DType.F32);
    }

    private static LoraBlueprint adapted(int layers, Lora lora) {
        return LoraBlueprint.of(frozen(layers), lora);
    }

    private static long products(Blueprint model) {
        String text = StableHlo.emit(new TrainGraphs(model, CONFIG.checkpointLayers(true), 64, 16).add()).text();
        return Pattern.compile("stablehlo\\.dot_general").matcher(text).results().count();
    }

    @Test
    void theProgramHoldsOneLayerHoweverManyThereAre() {
        for (String[] targets : new String[][] {{"all-linear"}, {"o_proj"}, {"q_proj", "v_proj"}}) {
            Lora lora = new Lora().targets(targets);
            assertEquals(products(adapted(4, lora)), products(adapted(13, lora)), String.join(", ", targets));
        }
    }

    @Test
    void layersOfSeveralFormsAreAllThere() {
        Lora some = new Lora().targets(".*\\.[0-2]\\..*_proj");
        assertTrue(products(adapted(13, some)) > 2 * products(adapted(4, some)));
    }

    @Test
    void withDropoutEachLayerIsThereAndDropsItsOwn() {
        Lora drops = new Lora().targets("all-linear").dropout(0.1);
        assertTrue(products(adapted(13, drops)) > 2 * products(adapted(4, drops)));
    }

    @Test
    void adaptersOnSomeLayersOrWithDropoutLearnTheSameAsWithAllKept() {
        for (Lora lora : List.of(new Lora().targets(".*\\.[0-2]\\..*_proj"), new Lora().targets("q_proj", "v_proj", "down_proj").dropout(0.2), new Lora().targets("o_proj"))) {
            List<Double> kept = losses(lora, CONFIG);
            List<Double> again = losses(lora, CONFIG.checkpointLayers(true));
            for (int i = 0; i < kept.size(); i++) assertEquals(1, again.get(i) / kept.get(i), 1e-5, lora + ", step " + i);
        }
    }

    private static List<Double> losses(Lora lora, TrainConfig config) {
        try (Gemma3 base = TinyGemma.load(); LoraModel model = lora.attach(base, Seed.of(3))) {
            return new Trainer(model, config).run(EXAMPLES, List.of()).steps().stream().map(StepReport::loss).toList();
        }
    }
}
