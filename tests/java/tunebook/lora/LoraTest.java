package tunebook.lora;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tunebook.Logits;
import tunebook.TinyGemma;
import tunebook.gemma.Gemma3;
import tunebook.graph.Graph;
import tunebook.graph.Numbers;
import tunebook.graph.Tensor;
import tunebook.nn.Compute;
import tunebook.nn.Weights;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Seed;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;
import tunebook.train.History;
import tunebook.train.StepReport;
import tunebook.train.TrainConfig;
import tunebook.train.Trainer;

class LoraTest {
    private static final int[] TOKENS = TinyGemma.ints(TinyGemma.expected().get("tokens"));
    private static Gemma3 base;

    @BeforeAll
    static void load() {
        base = TinyGemma.load();
    }

    @AfterAll
    static void close() {
        base.close();
    }

    @Test
    void parametersAreCountedAsPeftCountsThem() {
        for (JsonNode c : TinyGemma.golden("tests/golden/lora/expected.json").get("counts")) {
            List<String> rules = new ArrayList<>();
            c.get("rules").forEach(r -> rules.add(r.asText()));
            try (LoraModel model = new Lora().rank(4).alpha(8).targets(rules.toArray(String[]::new)).attach(base, Seed.of(0))) {
                ParameterTable table = model.parameters();
                assertEquals(c.get("trainable").asLong(), table.trainable());
                assertEquals(c.get("all").asLong(), table.all());
                assertEquals(c.get("line").asText(), table.toString());
                assertEquals(model.trainable().size(), table.rows().size());
                assertEquals(table.trainable(), table.rows().stream().mapToLong(ParameterTable.Row::count).sum());
                assertEquals(table.share(), table.rows().stream().mapToDouble(ParameterTable.Row::share).sum(), 1e-12);
                assertEquals("model.layers.0.", table.rows().getFirst().path().substring(0, 15));
            }
        }
    }

    @Test
    void aFreshAdapterChangesNothing() {
        try (LoraModel model = new Lora().targets("all-linear").attach(base, Seed.of(1))) {
            assertEquals(0, Logits.distance(Logits.of(base, TOKENS), Logits.of(model, TOKENS)), 5e-6, "one product for several modules sums in another order");
        }
    }

    @Test
    void freshMatricesAreUniformAndZeroAndOfTheSeed() {
        try (LoraModel one = new Lora().rank(16).targets("q_proj").attach(base, Seed.of(1)); LoraModel same = new Lora().rank(16).targets("q_proj").attach(base, Seed.of(1));
             LoraModel other = new Lora().rank(16).targets("q_proj").attach(base, Seed.of(2))) {
            String a = "model.layers.0.self_attn.q_proj.lora_A.weight";
            float[] values = one.buffer(a).toHost().toFloats();
            double bound = Math.sqrt(1.0 / 32);
            DoubleStream.Builder all = DoubleStream.builder();
            for (float v : values) {
                assertTrue(Math.abs(v) <= bound);
                all.add((double) v * v);
            }
            assertEquals(bound * bound / 3, all.build().average().orElseThrow(), 0.1 * bound * bound / 3);
            assertArrayEquals(values, same.buffer(a).toHost().toFloats());
            assertFalse(Arrays.equals(values, other.buffer(a).toHost().toFloats()));
            assertFalse(Arrays.equals(values, one.buffer(a.replace("layers.0", "layers.1")).toHost().toFloats()));
            assertArrayEquals(new float[64 * 16], one.buffer(a.replace("lora_A", "lora_B")).toHost().toFloats());
        }
    }

    @Test
    void theScaleIsAlphaByRankOrByItsRoot() {
        assertEquals(2, new Lora().rank(8).alpha(16).scale());
        assertEquals(16 / Math.sqrt(8), new Lora().rank(8).alpha(16).rsLora(true).scale());
    }

    @Test
    void settingsOutOfRangeAreErrors() {
        assertMessage(() -> new Lora().rank(0), "Lora: rank is below 1", "give 1 or more");
        assertMessage(() -> new Lora().alpha(0), "Lora: alpha is not above 0");
        assertMessage(() -> new Lora().alpha(Double.NaN), "Lora: alpha is not above 0", "NaN");
        assertMessage(() -> new Lora().dropout(1), "Lora: dropout is not a share", "less than 1");
        assertMessage(() -> new Lora().dropout(-0.1), "dropout");
        assertMessage(() -> new Lora().attach(base, Seed.of(0)), "Lora.attach: no rule given", "Gemma3(7 layers, hidden 32)");
    }

    @Test
    void aRuleThatMatchesNothingAttachesNothing() {
        int live = base.session().liveBuffers();
        assertMessage(() -> new Lora().targets(".*(q_prog|k_proj)").attach(base, Seed.of(0)), "q_prog", "nearest to q_prog: q_proj", "nothing was attached");
        assertEquals(live, base.session().liveBuffers());
    }

    @Test
    void anAdapterOnAnAdapterIsAnError() {
        try (LoraModel model = new Lora().targets("q_proj").attach(base, Seed.of(0))) {
            assertMessage(() -> new Lora().targets("q_proj").attach(model, Seed.of(0)), "the model has an adapter already", "LoRA(rank 8, 7 modules)", "fuse()");
            assertMessage(() -> Lora.load(java.nio.file.Path.of("tests/golden/lora/names"), model), "the model has an adapter already");
        }
    }

    @Test
    void closingAnAdapterLeavesTheBaseOpen() {
        int live = base.session().liveBuffers();
        new Lora().targets("q_proj").attach(base, Seed.of(0)).close();
        assertEquals(live, base.session().liveBuffers());
        Logits.of(base, TOKENS);
    }

    /// What the module `m` with A = identity and B = identity adds to `x`, drawn from `key`.
    private static float[] added(double dropout, float[] x, int key, boolean training) {
        int n = 64;
        Graph g = new Graph("dropout");
        Tensor in = g.parameter("x", DType.F32, Shape.of(x.length / n, n));
        Optional<Tensor> state = training ? Optional.of(g.parameter("dropout", DType.U64, Shape.of(2))) : Optional.empty();
        Weights weights = new Weights(g, Compute.F32, Map.of(), _ -> new Tensor.Type(DType.F32, Shape.of(n, n)));
        LoraModules modules = new LoraModules(weights, new Lora().rank(n).alpha(n).dropout(dropout), Set.of("m"), state);
        g.output("y", modules.linear(in, "m"));
        float[] identity = new float[n * n];
        for (int i = 0; i < n; i++) identity[i * n + i] = 1;
        HostArray one = HostArray.of(identity, n, n);
        HostArray bits = HostArray.of(new int[] {key, 0, 1, 2}, 4);
        return Numbers.run(g, Map.of("x", HostArray.of(x, x.length / n, n), "m.weight", HostArray.zeros(DType.F32, Shape.of(n, n)), LoraBlueprint.pathA("m"), one, LoraBlueprint.pathB("m"), one,
            "dropout", new HostArray(DType.U64, Shape.of(2), bits.bytes()))).get("y").toFloats();
    }

    @Test
    void dropoutKeepsTheMeanAndDropsItsShare() {
        float[] ones = new float[64 * 1024];
        Arrays.fill(ones, 1);
        float[] y = added(0.3, ones, 5, true);
        long dropped = IntStream.range(0, y.length).filter(i -> y[i] == 0).count();
        assertEquals(0.3, dropped / (double) y.length, 0.01);
        for (float v : y) assertTrue(v == 0 || Math.abs(v - 1 / 0.7) < 1e-5);
        assertEquals(1, IntStream.range(0, y.length).mapToDouble(i -> y[i]).average().orElseThrow(), 0.02);
    }

    @Test
    void dropoutIsOfItsKeyAndOffOutsideTraining() {
        float[] ones = new float[64 * 16];
        Arrays.fill(ones, 1);
        assertArrayEquals(added(0.3, ones, 5, true), added(0.3, ones, 5, true));
        assertFalse(Arrays.equals(added(0.3, ones, 5, true), added(0.3, ones, 6, true)));
        assertArrayEquals(ones, added(0.3, ones, 5, false));
        assertArrayEquals(ones, added(0, ones, 5, true));
    }

    private static double[] losses(long seed, double dropout, int accumulation, double rate, boolean checkpoint) {
        try (LoraModel model = RandomAdapter.on(base, new Lora().rank(4).dropout(dropout).targets("q_proj", "down_proj"))) {
            TrainConfig config = new TrainConfig().maxSteps(3).batchSize(4).accumulation(accumulation).shuffle(false).learningRate(rate).checkpointLayers(checkpoint).seed(Seed.of(seed));
            History history = new Trainer(model, config).run(TinyGemma.examples(4), TinyGemma.examples(4));
            double[] out = Arrays.copyOf(history.losses(), 4);
            out[3] = history.steps().stream().map(StepReport::evalLoss).filter(l -> l.isPresent()).findFirst().orElseThrow().orElseThrow();
            return out;
        }
    }

    @Test
    void dropoutDiffersFromStepToStepRepeatsWithTheSeedAndIsOffInEvaluation() {
        double[] plain = losses(1, 0, 1, 1e-12, false);
        double[] dropped = losses(1, 0.2, 1, 1e-12, false);
        assertEquals(plain[0], plain[1], 1e-5); // one batch, hardly learning
        assertTrue(Math.abs(dropped[0] - dropped[1]) > 1e-3 && Math.abs(dropped[1] - dropped[2]) > 1e-3, Arrays.toString(dropped));
        assertArrayEquals(dropped, losses(1, 0.2, 1, 1e-12, false));
        assertTrue(Math.abs(dropped[0] - losses(2, 0.2, 1, 1e-12, false)[0]) > 1e-3);
        assertEquals(plain[3], dropped[3], 1e-5);
        double[] twice = losses(1, 0.2, 2, 1e-12, false);
        assertTrue(Math.abs(twice[0] - dropped[0]) > 1e-4, "each micro-batch has its own draws");
    }

    /// The backward pass computes a layer again with the same draws.
    @Test
    void checkpointedLayersDropTheSame() {
        double[] kept = losses(1, 0.3, 1, 1e-3, false);
        double[] again = losses(1, 0.3, 1, 1e-3, true);
        for (int i = 0; i < 4; i++) assertEquals(kept[i], again[i], 1e-5);
    }

    private static void assertMessage(org.junit.jupiter.api.function.Executable body, String... parts) {
        String message = assertThrows(TunebookException.class, body).getMessage();
        for (String part : parts) assertTrue(message.contains(part), message);
    }
}
