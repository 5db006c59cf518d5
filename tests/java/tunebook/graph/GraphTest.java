package tunebook.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;

class GraphTest {
    private final Graph g = new Graph("test");
    private final Tensor a = g.parameter("a", DType.F32, Shape.of(2, 3));

    private static void fails(Runnable r, String... parts) {
        String message = assertThrows(TunebookException.class, r::run).getMessage();
        for (String p : parts) assertTrue(message.contains(p), message);
    }

    @Test
    void shapesThatDoNotFitAreNamedWhileBuilding() {
        Tensor b = g.parameter("b", DType.F32, Shape.of(4));
        fails(() -> a.add(b), "Graph.ADD", "F32[2, 3]", "F32[4]");
        fails(() -> OpsDot.linear(a, b.reshape(1, 4)), "Graph.dot", "[2, 3]", "[1, 4]");
        fails(() -> a.reshape(5), "Graph.reshape", "[2, 3]", "[5]");
        fails(() -> a.slice(1, 2, 4), "Graph.slice", "2 to 4");
        fails(() -> a.transpose(0, 0), "Graph.transpose");
        fails(() -> a.broadcastTo(2, 4), "Graph.broadcastTo");
        fails(() -> a.sum(2), "no such axis");
        fails(() -> OpsShape.concat(0, List.of(a, b)), "Graph.concat");
        fails(() -> a.takeRows(b), "indices are not I32");
        fails(() -> a.add(a.to(DType.BF16)), "element types differ");
        fails(() -> a.not(), "give a BOOL");
        fails(() -> a.bitcast(DType.BF16), "sizes differ");
        fails(() -> g.parameter("a", DType.F32, Shape.of()), "two parameters of one name");
        fails(() -> new Graph("other").output("x", a), "a tensor of another graph");
        fails(() -> OpsIndex.repeat(2, List.of(), List.of(a), (_, s) -> List.of(s.getFirst().sum(0))), "changes a carried value's type");
    }

    @Test
    void aValueSaysWhatComputesIt() {
        assertEquals("%0 Parameter a F32[2, 3]", a.toString());
        assertTrue(a.add(a).toString().matches("%\\d+ add F32\\[2, 3]"), a.add(a).toString());
        assertTrue(a.neg().toString().contains(" negate "), a.neg().toString());
    }

    @Test
    void equalOperationsAreOneNode() {
        assertSame(a.add(1).node(), a.add(1).node());
    }

    @Test
    void textHasNoNodeThatNothingNeeds() {
        a.exp();
        g.output("y", a.neg());
        String text = StableHlo.emit(g).text();
        assertTrue(text.contains("stablehlo.negate"), text);
        assertFalse(text.contains("stablehlo.exponential"), text);
    }

    @Test
    void textOfASmallProgramIsAsExpected() {
        Graph small = new Graph("small");
        Tensor x = small.parameter("x", DType.BF16, Shape.of(2, 3));
        Tensor w = small.donated("w", DType.BF16, Shape.of(4, 3));
        small.output("y", OpsDot.linear(x, w).mul(2));
        assertEquals("""
            module @small {
              func.func public @main(%arg0: tensor<2x3xbf16>, %arg1: tensor<4x3xbf16> {jax.buffer_donor = true}) -> (tensor<2x4xf32>) {
                %0 = stablehlo.dot_general %arg0, %arg1, contracting_dims = [1] x [1], precision = [DEFAULT, DEFAULT] : (tensor<2x3xbf16>, tensor<4x3xbf16>) -> tensor<2x4xf32>
                %1 = stablehlo.constant dense<2.0> : tensor<f32>
                %2 = stablehlo.broadcast_in_dim %1, dims = [] : (tensor<f32>) -> tensor<2x4xf32>
                %3 = stablehlo.multiply %0, %2 : tensor<2x4xf32>
                return %3 : tensor<2x4xf32>
              }
            }
            """, StableHlo.emit(small).text());
    }

    @Test
    void f32ProductsAskForFullPrecision() {
        g.output("y", OpsDot.linear(a, a));
        assertTrue(StableHlo.emit(g).text().contains("precision = [HIGHEST, HIGHEST]"));
    }

    private HostArray run(Tensor y) {
        Graph graph = y.graph();
        graph.output("y", y);
        HostArray x = HostArray.of(new float[] {1, -2, 3, 4, 5, -6}, 2, 3);
        return Numbers.run(graph, Map.of("a", x)).get("y");
    }

    @Test
    void constantsKeepTheirBits() {
        double[] values = {1e10, 1e-45, -0.1, 3.4e38, Double.NEGATIVE_INFINITY, 1e-20};
        for (double v : values) {
            Graph one = new Graph("constant");
            one.output("y", one.scalar(v));
            assertEquals((float) v, Numbers.run(one, Map.of()).get("y").scalarFloat());
        }
        Graph nan = new Graph("nan");
        nan.output("y", nan.scalar(Double.NaN));
        assertTrue(Float.isNaN(Numbers.run(nan, Map.of()).get("y").scalarFloat()));
    }

    @Test
    void comparisonsAndSelection() {
        Tensor zero = g.scalar(0);
        assertArrayEquals(new float[] {1, 0, 3, 4, 5, 0}, run(a.gt(zero).and(a.isFinite()).select(a, g.zeros(a.type()))).toFloats());
    }

    @Test
    void sortGivesFallingKeysAndPlaces() {
        List<Tensor> sorted = OpsIndex.sortDescending(a);
        g.output("places", sorted.get(1));
        g.output("keys", sorted.get(0));
        var out = Numbers.run(g, Map.of("a", HostArray.of(new float[] {1, -2, 3, 4, 5, -6}, 2, 3)));
        assertArrayEquals(new int[] {2, 0, 1, 1, 0, 2}, out.get("places").toInts());
        assertArrayEquals(new float[] {3, 1, -2, 5, 4, -6}, out.get("keys").toFloats());
    }

    @Test
    void argmaxTakesTheFirstOfEquals() {
        assertArrayEquals(new int[] {2, 1}, run(OpsReduce.argmaxLast(a)).toInts());
        Graph ties = new Graph("ties");
        ties.output("y", OpsReduce.argmaxLast(ties.full(DType.F32, 7, 2, 5)));
        assertArrayEquals(new int[] {0, 0}, Numbers.run(ties, Map.of()).get("y").toInts());
    }

    @Test
    void loopRepeats() {
        assertArrayEquals(new float[] {8, -16, 24, 32, 40, -48},
            run(OpsIndex.repeat(3, List.of(), List.of(a), (_, s) -> List.of(s.getFirst().mul(2))).getFirst()).toFloats());
    }

    @Test
    void randomBitsDependOnTheStateOnly() {
        Graph r = new Graph("random");
        Tensor state = r.literal(new HostArray(DType.U64, Shape.of(2), HostArray.of(new int[] {1, 2, 3, 4}).bytes()));
        List<Tensor> drawn = OpsIndex.randomBits(state, 1000);
        r.output("bits", drawn.get(1).bitcast(DType.I32).to(DType.F32).mul(Math.pow(2, -32)).add(0.5));
        float[] one = Numbers.run(r, Map.of()).get("bits").toFloats();
        assertArrayEquals(one, Numbers.run(r, Map.of()).get("bits").toFloats());
        double mean = 0;
        for (float f : one) {
            assertTrue(f >= 0 && f <= 1, "" + f);
            mean += f / 1000;
        }
        assertEquals(0.5, mean, 0.05);
    }
}
