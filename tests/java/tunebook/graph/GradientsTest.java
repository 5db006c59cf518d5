package tunebook.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;

class GradientsTest {
    private static Arguments of(String name, Function<List<Tensor>, Tensor> f, int[]... shapes) {
        return Arguments.of(name, f, Stream.of(shapes).map(s -> Numbers.random(s.length * 31L + name.hashCode(), s)).toList());
    }

    private static int[] s(int... dims) {
        return dims;
    }

    static Stream<Arguments> operations() {
        return Stream.of(
            of("negate", x -> x.get(0).neg(), s(3, 4)),
            of("exp", x -> x.get(0).exp(), s(3, 4)),
            of("log", x -> x.get(0).mul(0.3).add(2).log(), s(3, 4)),
            of("log1p", x -> Ops.unary(Op.UnaryKind.LOG1P, x.get(0).mul(0.5)), s(5)),
            of("tanh", x -> x.get(0).tanh(), s(3, 4)),
            of("rsqrt", x -> x.get(0).add(3).rsqrt(), s(3, 4)),
            of("sqrt", x -> x.get(0).add(3).sqrt(), s(3, 4)),
            of("abs", x -> Ops.unary(Op.UnaryKind.ABS, x.get(0).add(2)).add(Ops.unary(Op.UnaryKind.ABS, x.get(0).sub(2)).mul(2)), s(4)),
            of("cos", x -> x.get(0).cos(), s(3)),
            of("sin", x -> x.get(0).sin(), s(3)),
            of("logistic", x -> x.get(0).logistic(), s(3)),
            of("add, broadcast", x -> x.get(0).add(x.get(1)), s(3, 4), s(4)),
            of("sub, broadcast", x -> x.get(0).sub(x.get(1)), s(1, 4), s(3, 1)),
            of("mul", x -> x.get(0).mul(x.get(1)), s(3, 4), s(3, 1)),
            of("div", x -> x.get(0).div(x.get(1).add(3)), s(3, 4), s(4)),
            of("max", x -> x.get(0).max(x.get(1).add(0.5)), s(9), s(9)),
            of("min", x -> x.get(0).min(x.get(1).add(0.5)), s(9), s(9)),
            of("pow", x -> x.get(0).add(2).pow(x.get(1)), s(5), s(5)),
            of("select", x -> x.get(0).gt(x.get(0).graph().scalar(0.1)).select(x.get(0).mul(2), x.get(1)), s(9), s(9)),
            of("convert to bf16 and back", x -> x.get(0).to(DType.F32).mul(3).to(DType.F32), s(6)),
            of("reshape, transpose", x -> x.get(0).reshape(2, 3, 4).transpose(2, 0, 1).mul(x.get(1)), s(6, 4), s(4, 2, 3)),
            of("sum", x -> x.get(0).sum(0, 2), s(2, 3, 4)),
            of("max over an axis", x -> x.get(0).max(1), s(3, 5)),
            of("slice", x -> x.get(0).slice(1, 1, 3).mul(2), s(3, 5)),
            of("pad", x -> OpsShape.pad(x.get(0), List.of(1, 0), List.of(2, 1)), s(2, 3)),
            of("concat", x -> OpsShape.concat(1, List.of(x.get(0), x.get(1), x.get(0))), s(2, 3), s(2, 1)),
            of("take rows, one twice", x -> x.get(0).takeRows(x.get(0).graph().literal(HostArray.of(new int[] {2, 0, 2}))), s(4, 3)),
            of("add rows, one twice", x -> OpsIndex.addRows(x.get(0), x.get(0).graph().literal(HostArray.of(new int[] {1, 1})), x.get(1)), s(3, 2), s(2, 2)),
            of("dynamic slice", x -> OpsIndex.dynamicSlice(x.get(0), List.of(x.get(0).graph().scalar(DType.I32, 1), x.get(0).graph().scalar(DType.I32, 0)), 2, 2), s(4, 3)),
            of("dynamic update", x -> OpsIndex.dynamicUpdate(x.get(0), x.get(1), List.of(x.get(0).graph().scalar(DType.I32, 1))), s(5), s(2)),
            of("barrier", x -> {
                List<Tensor> b = x.get(0).graph().barrier(List.of(x.get(0), x.get(1)));
                return b.get(0).mul(b.get(1));
            }, s(4), s(4)),
            of("linear", x -> OpsDot.linear(x.get(0), x.get(1)), s(3, 4), s(5, 4)),
            of("matmul", x -> OpsDot.matmul(x.get(0), x.get(1)), s(3, 4), s(4, 5)),
            of("dot with batch and two contracted axes in another order",
                x -> OpsDot.dot(x.get(0), x.get(1), List.of(1), List.of(0), List.of(0, 3), List.of(3, 2)), s(2, 3, 4, 5), s(3, 6, 5, 2)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("operations")
    void gradientMatchesCentralDifferences(String name, Function<List<Tensor>, Tensor> f, List<HostArray> at) {
        assertEquals(0, Numbers.gradientError(f, at), 5e-3, name);
    }

    @Test
    void cotangentsStayF32ThroughBf16() {
        Graph g = new Graph("bf16");
        Tensor x = g.parameter("x", DType.F32, Shape.of(2, 3));
        Tensor w = g.parameter("w", DType.BF16, Shape.of(4, 3));
        List<Tensor> d = Gradients.of(OpsDot.linear(x.to(DType.BF16), w).sum(0, 1), List.of(x));
        assertEquals(DType.F32, d.getFirst().dtype());
        assertEquals(Shape.of(2, 3), d.getFirst().shape());
    }

    @Test
    void checkpointedLayerHasTheSameGradientAndIsComputedTwice() {
        Map<String, HostArray> in = Map.of("x", Numbers.random(1, 4, 4), "w", Numbers.random(2, 4, 4));
        HostArray plain = Numbers.run(layered(false), in).get("d");
        HostArray again = Numbers.run(layered(true), in).get("d");
        for (int i = 0; i < 16; i++) assertEquals(plain.getFloat(i), again.getFloat(i), 1e-6);
        assertEquals(2, count(layered(false), "stablehlo.tanh"));
        assertEquals(4, count(layered(true), "stablehlo.tanh"));
    }

    private static Graph layered(boolean checkpoint) {
        Graph g = new Graph("layers");
        Tensor x = g.parameter("x", DType.F32, Shape.of(4, 4));
        Tensor w = g.parameter("w", DType.F32, Shape.of(4, 4));
        Tensor h = x.mul(0.5);
        for (int i = 0; i < 2; i++) {
            Tensor in = h;
            h = checkpoint ? g.checkpoint(() -> OpsDot.linear(in, w).tanh()) : OpsDot.linear(in, w).tanh();
        }
        g.output("d", Gradients.of(h.mul(h).sum(0, 1), List.of(w)).getFirst());
        return g;
    }

    private static int count(Graph g, String operation) {
        return StableHlo.emit(g).text().split(operation, -1).length - 1;
    }

    @Test
    void targetThatTheLossDoesNotDependOnIsAnError() {
        Graph g = new Graph("unused");
        Tensor x = g.parameter("x", DType.F32, Shape.of(2));
        Tensor unused = g.parameter("adapter.weight", DType.F32, Shape.of(2));
        var e = assertThrows(TunebookException.class, () -> Gradients.of(x.sum(0), List.of(x, unused)));
        assertTrue(e.getMessage().contains("does not depend on a target — adapter.weight"), e.getMessage());
    }

    @Test
    void loopWithoutAGradientIsAnError() {
        Graph g = new Graph("loop");
        Tensor x = g.parameter("x", DType.F32, Shape.of());
        Tensor y = OpsIndex.repeat(3, List.of(), List.of(x), (_, s) -> List.of(s.getFirst().mul(2))).getFirst();
        var e = assertThrows(TunebookException.class, () -> Gradients.of(y, List.of(x)));
        assertTrue(e.getMessage().contains("Graph.withGradient"), e.getMessage());
    }
}
