package tunebook.nn;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tunebook.graph.Graph;
import tunebook.graph.Tensor;

/// Modules that are just parameters: each becomes an argument of the program when it is first asked for.
public final class Weights implements Modules {
    private final Graph graph;
    private final Compute compute;
    private final Map<String, Tensor> given;
    private final Function<String, Tensor.Type> stored;
    private final Optional<Map<String, Function<Modules, Tensor>>> apart;

    /// @param given  tensors that stand for parameters already (the trainable ones of a step)
    /// @param stored element type and shape of every other parameter, by path
    public Weights(Graph graph, Compute compute, Map<String, Tensor> given, Function<String, Tensor.Type> stored) {
        this(graph, compute, given, stored, Optional.empty());
    }

    private Weights(Graph graph, Compute compute, Map<String, Tensor> given, Function<String, Tensor.Type> stored, Optional<Map<String, Function<Modules, Tensor>>> apart) {
        this.graph = graph;
        this.compute = compute;
        this.given = given;
        this.stored = stored;
        this.apart = apart;
    }

    /// The same, but values asked for with [#once] are arguments of the program; what they are is put into `apart`, by their names.
    public Weights apart(Map<String, Function<Modules, Tensor>> apart) {
        return new Weights(graph, compute, given, stored, Optional.of(apart));
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
        Tensor.Type type = type(path);
        return graph.parameter(path, type.dtype(), type.shape());
    }

    @Override
    public Tensor.Type type(String path) {
        return isTrained(path) ? given.get(path).type() : stored.apply(path);
    }

    @Override
    public boolean isTrained(String path) {
        return given.containsKey(path);
    }

    @Override
    public Tensor once(String name, Tensor.Type type, Function<Modules, Tensor> value) {
        if (apart.isEmpty()) return value.apply(this);
        apart.get().put(name, value);
        Tensor known = graph.parameters().get(name);
        return known != null ? known : graph.parameter(name, type.dtype(), type.shape());
    }
}
