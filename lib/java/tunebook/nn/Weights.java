package tunebook.nn;

import java.util.Map;
import java.util.function.Function;
import tunebook.graph.Graph;
import tunebook.graph.Tensor;

/// Modules that are just parameters: each becomes an argument of the program when it is first asked for.
public final class Weights implements Modules {
    private final Graph graph;
    private final Compute compute;
    private final Map<String, Tensor> given;
    private final Function<String, Tensor.Type> stored;

    /// @param given  tensors that stand for parameters already (the trainable ones of a step)
    /// @param stored element type and shape of every other parameter, by path
    public Weights(Graph graph, Compute compute, Map<String, Tensor> given, Function<String, Tensor.Type> stored) {
        this.graph = graph;
        this.compute = compute;
        this.given = given;
        this.stored = stored;
    }

    @Override
    public Graph graph() {
        return graph;
    }

    @Override
    public Compute compute() {
        return compute;
    }

    @Override
    public Tensor weight(String path) {
        Tensor known = given.containsKey(path) ? given.get(path) : graph.parameters().get(path);
        if (known != null) return known;
        Tensor.Type type = stored.apply(path);
        return graph.parameter(path, type.dtype(), type.shape());
    }

    @Override
    public Tensor linear(Tensor x, String module) {
        return product(x, weight(module + ".weight"));
    }
}
