package tunebook.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tunebook.Logits;
import tunebook.TinyGemma;
import tunebook.engine.Session;
import tunebook.gemma.Gemma3;
import tunebook.graph.Graph;
import tunebook.graph.Program;
import tunebook.graph.StableHlo;
import tunebook.graph.Tensor;
import tunebook.lora.Lora;
import tunebook.lora.LoraModel;
import tunebook.nn.FlatAttention;
import tunebook.nn.Modules;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Seed;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;

/// One value looked at, by itself and over a model.
class EvaluateTest {
    private static final HostArray POINTS = HostArray.of(new float[] {0, 1, 2, 3});
    private final Session session = Session.open("cpu");
    private final Graph g = new Graph("parabola");
    private final Tensor x = g.parameter("x", DType.F32, Shape.of(4));
    private final Tensor other = g.parameter("other", DType.F32, Shape.of(4));

    @Test
    void aValueIsComputedFromTheParametersItDependsOnAlone() {
        Tensor y = x.mul(x).sub(x.mul(4));
        assertArrayEquals(new float[] {0, -3, -4, -3}, session.evaluate(y, Map.of("x", POINTS)).toFloats());
        assertArrayEquals(new float[] {0, 2, 4, 6}, session.evaluate(x.add(other), Map.of("x", POINTS, "other", POINTS, "unused", POINTS)).toFloats());
        assertEquals(List.of("x"), StableHlo.emit(y).inputs().stream().map(Program.Slot::name).toList());
    }

    @Test
    void aParameterThatIsNotGivenIsNamedAndNothingStaysOnTheDevice() {
        int before = session.liveBuffers();
        String said = assertThrows(TunebookException.class, () -> session.evaluate(x.add(other), Map.of("x", POINTS))).getMessage();
        assertTrue(said.contains("no value for parameter \"other\"") && said.contains("[x]") && said.contains("F32[4]"), said);
        assertEquals(before, session.liveBuffers());
    }

    @Test
    void lookingAtAValueTakesNoDonatedBuffer() {
        Tensor w = g.donated("w", DType.F32, Shape.of(4));
        g.output("w", w.add(1));
        assertTrue(StableHlo.emit(g).inputs().getLast().donated());
        assertTrue(StableHlo.emit(w.add(1)).inputs().stream().noneMatch(Program.Slot::donated));
        assertTrue(!StableHlo.emit(w.add(1)).text().contains("donor") && !StableHlo.emit(w.add(1)).text().contains("aliasing"));
    }

    @Test
    void aModelsLogitsAreOneValueOverItsModules() {
        int[] tokens = IntStream.range(2, 14).toArray();
        try (Gemma3 base = TinyGemma.load(); LoraModel model = new Lora().rank(2).targets("q_proj").attach(base, Seed.of(1))) {
            int buffers = base.session().liveBuffers();
            HostArray logits = model.evaluate(logits(model, tokens.length), Map.of("tokens", HostArray.of(tokens)));
            assertEquals(0, Logits.distance(Logits.of(base, tokens), logits), 1e-5);
            assertEquals(buffers, base.session().liveBuffers());
        }
    }

    private static Tensor logits(LanguageModel model, int n) {
        Graph graph = new Graph("logits");
        Modules m = model.modules(graph);
        Tensor positions = graph.iota(DType.I32, 0, n);
        FlatAttention attention = new FlatAttention(m.compute(), graph.full(DType.I32, 1, n), positions);
        return model.network().logits(m, model.network().hidden(m, graph.parameter("tokens", DType.I32, Shape.of(n)), positions, attention, false));
    }
}
