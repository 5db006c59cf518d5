package tunebook.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tunebook.tensor.DType;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;

class OperationsTest {
    private final Graph g = new Graph("test");
    private final Tensor a = g.parameter("a", DType.F32, Shape.of(2, 3));
    private final Tensor b = g.parameter("b", DType.F32, Shape.of(3, 3));

    private static Tensor step(Tensor x, Tensor w) {
        return OpsDot.matmul(x, w); // 2·2·3·3 = 36
    }

    @Test
    void aProductIsTwoOperationsForEachPair() {
        g.output("y", step(a, b));
        assertEquals(2 * 2 * 3 * 3, Operations.of(g, Map.of()));
    }

    @Test
    void everyContractedAxisCountsAndEveryBatchAxis() {
        Tensor x = g.parameter("x", DType.F32, Shape.of(7, 2, 3, 5));
        Tensor y = g.parameter("y", DType.F32, Shape.of(7, 3, 5, 11));
        g.output("z", OpsDot.dot(x, y, List.of(0), List.of(0), List.of(2, 3), List.of(1, 2)));
        assertEquals(2L * 7 * 2 * 11 * 3 * 5, Operations.of(g, Map.of()));
    }

    @Test
    void whatNoOutputNeedsIsNotCounted() {
        step(a, b);
        g.output("y", a.add(1));
        assertEquals(0, Operations.of(g, Map.of()));
    }

    @Test
    void aLoopCountsOnceForEachTripAndALoopInItToo() {
        List<Tensor> out = OpsIndex.repeat(4, List.of(b), List.of(a), (trip, s) ->
            OpsIndex.repeat(trip, s.getFirst().graph().scalar(DType.I32, 3), List.of(s.get(0)), List.of(s.get(1)), (_, p) -> List.of(step(p.get(1), p.get(0)))));
        g.output("y", out.getFirst());
        assertEquals((4 + 3 + 2 + 1) * 36, Operations.of(g, Map.of()));
    }

    @Test
    void aLoopsBoundsMayComeFromAGivenArgument() {
        Tensor lengths = g.parameter("lengths", DType.I32, Shape.of(3));
        Tensor last = OpsIndex.dynamicSlice(lengths, List.of(g.scalar(DType.I32, 1)), 1).reshape();
        Tensor first = last.sub(g.scalar(DType.I32, 4)).max(g.scalar(DType.I32, 0));
        g.output("y", OpsIndex.repeat(first, last, List.of(b), List.of(a), (_, s) -> List.of(step(s.get(1), s.get(0)))).getFirst());
        assertEquals(5 * 36, Operations.of(g, Map.of("lengths", new int[] {100, 9, 100})));
        assertEquals(3 * 36, Operations.of(g, Map.of("lengths", new int[] {100, 2, 100})));
        String message = assertThrows(TunebookException.class, () -> Operations.of(g, Map.of())).getMessage();
        assertTrue(message.startsWith("Operations.of: how often a loop is repeated is not known"), message);
    }

    @Test
    void keptIsWhatTheBackwardPassReads() {
        Tensor y = step(a, b).tanh();
        Tensor loss = y.mul(y.mul(2).exp()).sum(0, 1);
        g.output("loss", loss);
        g.output("db", Gradients.of(loss, List.of(b)).getFirst());
        assertEquals(2 * (2 * 3 * 4), Kept.bytes(loss), "the results of tanh and exp; a and b are arguments");
    }

    @Test
    void ofACheckpointedLayerOnlyTheInputIsKept() {
        Tensor x = a.mul(2);
        Tensor y = g.checkpoint(() -> step(step(x, b).tanh(), b).tanh());
        Tensor loss = y.sum(0, 1);
        g.output("loss", loss);
        g.output("db", Gradients.of(loss, List.of(b)).getFirst());
        assertEquals(2 * 3 * 4, Kept.bytes(loss));
    }
}
