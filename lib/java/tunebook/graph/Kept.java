package tunebook.graph;

import java.util.HashSet;
import java.util.Set;

/// What a training step's forward pass leaves for its backward pass: the memory that grows with tokens and layers.
public final class Kept {
    private Kept() {}

    /// Bytes of the values that were made up to `loss` and are read by what comes after it, in a graph that has its outputs. Parameters and single numbers are not
    /// counted. Other views of one value (reshaped, repeated, its bits) are that value. What the compiler would rather make again than keep counts all the same.
    public static long bytes(Tensor loss) {
        Graph graph = loss.graph();
        int last = loss.node().id();
        Set<Tensor> kept = new HashSet<>();
        for (Tensor.Node n : StableHlo.live(graph, graph.outputs().values()))
            if (n.id() > last) StableHlo.inputs(n).stream().map(Kept::viewed).filter(t -> t.node().id() <= last && isMade(t)).forEach(kept::add);
        return kept.stream().mapToLong(t -> t.shape().size() * t.dtype().bytes()).sum();
    }

    private static boolean isMade(Tensor t) {
        return t.shape().size() > 1 && !t.node().inputs().isEmpty();
    }

    private static Tensor viewed(Tensor t) {
        return switch (t.op()) {
            case Op.CustomGradient _, Op.Reshape _, Op.Bitcast _, Op.Broadcast _ -> viewed(t.node().inputs().getFirst());
            case Op.Barrier _ -> viewed(t.node().inputs().get(t.index()));
            default -> t;
        };
    }
}
