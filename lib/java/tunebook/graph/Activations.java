package tunebook.graph;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What a training step's forward pass leaves for its backward pass: the memory that grows with tokens and layers.
public final class Activations {
    private Activations() {}

    /// Bytes of the values that depend on the batch, were made up to `loss`, and are read by what comes after it in a graph that has its outputs. Other views of
    /// one value (reshaped, repeated, its bits) are that value. What the compiler would rather compute again than keep is counted all the same.
    ///
    /// @param batch names of the parameters that hold the batch
    public static long bytes(Tensor loss, Set<String> batch) {
        Graph graph = loss.graph();
        int last = loss.node().id();
        Set<Tensor.Node> varying = varying(graph.nodes().subList(0, last + 1), batch);
        Set<Tensor> kept = new HashSet<>();
        for (Tensor.Node n : StableHlo.live(graph, graph.outputs().values())) {
            if (n.id() <= last) continue;
            for (Tensor in : StableHlo.inputs(n)) {
                Tensor value = viewed(in);
                if (value.node().id() <= last && varying.contains(value.node()) && !(value.op() instanceof Op.Parameter)) kept.add(value);
            }
        }
        return kept.stream().mapToLong(t -> t.shape().size() * t.dtype().bytes()).sum();
    }

    /// Of `forward`, what depends on the batch.
    private static Set<Tensor.Node> varying(List<Tensor.Node> forward, Set<String> batch) {
        Set<Tensor.Node> out = new HashSet<>();
        for (Tensor.Node n : forward)
            if (n.op() instanceof Op.Parameter p && batch.contains(p.name()) || n.inputs().stream().anyMatch(t -> out.contains(t.node()))) out.add(n);
        return out;
    }

    private static Tensor viewed(Tensor t) {
        return switch (t.op()) {
            case Op.CustomGradient _, Op.Reshape _, Op.Bitcast _, Op.Broadcast _ -> viewed(t.node().inputs().getFirst());
            case Op.Barrier _ -> viewed(t.node().inputs().get(t.index()));
            default -> t;
        };
    }
}
