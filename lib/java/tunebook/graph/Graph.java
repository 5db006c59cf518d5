package tunebook.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;

/// A program being built: nodes in the order they were made, which is an order they can run in.
///
/// Equal operations on equal inputs are one node. A graph is used by one thread.
public final class Graph {
    private record Key(Op op, List<Tensor> inputs, List<Tensor.Type> types) {}

    private final String name;
    private final List<Tensor.Node> nodes = new ArrayList<>();
    private final Map<Key, Tensor.Node> known = new HashMap<>();
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final Map<String, Tensor> outputs = new LinkedHashMap<>();
    private final List<Checkpoint> checkpoints = new ArrayList<>();

    /// Nodes `from` up to `to` are computed again in the backward pass.
    record Checkpoint(int from, int to) {}

    public Graph(String name) {
        this.name = name;
    }

    public String name() {
        return name;
    }

    /// A new argument of the program.
    public Tensor parameter(String path, DType dtype, Shape shape) {
        return parameter(path, dtype, shape, false);
    }

    /// A new argument whose buffer the program may overwrite; the caller's buffer is gone after the call.
    public Tensor donated(String path, DType dtype, Shape shape) {
        return parameter(path, dtype, shape, true);
    }

    private Tensor parameter(String path, DType dtype, Shape shape, boolean donated) {
        if (parameters.containsKey(path))
            throw TunebookException.of("Graph.parameter", "two parameters of one name", path, "give each its own path");
        Tensor t = node(new Op.Parameter(path, donated), List.of(), new Tensor.Type(dtype, shape));
        parameters.put(path, t);
        return t;
    }

    /// Parameters in order of their making.
    public Map<String, Tensor> parameters() {
        return parameters;
    }

    /// Names `value` as a result of the program.
    public Tensor output(String path, Tensor value) {
        check(value);
        if (outputs.putIfAbsent(path, value) != null)
            throw TunebookException.of("Graph.output", "two outputs of one name", path, "give each its own name");
        return value;
    }

    public Map<String, Tensor> outputs() {
        return outputs;
    }

    public Tensor scalar(DType dtype, double value) {
        return node(new Op.Constant(value), List.of(), new Tensor.Type(dtype, Shape.of()));
    }

    public Tensor scalar(double value) {
        return scalar(DType.F32, value);
    }

    /// `value` everywhere.
    public Tensor full(DType dtype, double value, int... dims) {
        return scalar(dtype, value).broadcastTo(dims);
    }

    public Tensor zeros(Tensor.Type type) {
        return full(type.dtype(), 0, type.shape().toArray());
    }

    /// A small array written into the program text (at most 65,536 elements).
    public Tensor literal(HostArray value) {
        if (value.size() > 65_536)
            throw TunebookException.of("Graph.literal", "too large to write into a program", value.toString(), "pass it as a parameter");
        return node(new Op.Literal(value), List.of(), new Tensor.Type(value.dtype(), value.shape()));
    }

    /// 0, 1, 2 … along `axis` of an array of shape `dims`.
    public Tensor iota(DType dtype, int axis, int... dims) {
        return node(new Op.Iota(axis), List.of(), new Tensor.Type(dtype, Shape.of(dims)));
    }

    /// Runs `layer` so that its values are not kept for the backward pass but computed again there.
    public <T> T checkpoint(Supplier<T> layer) {
        int from = nodes.size();
        T out = layer.get();
        checkpoints.add(new Checkpoint(from, nodes.size()));
        return out;
    }

    List<Checkpoint> checkpoints() {
        return checkpoints;
    }

    /// Forward it is `value`; backward `rule` gives the cotangents of `sources` from what is `kept`.
    public Tensor withGradient(Tensor value, List<Tensor> sources, List<Tensor> kept, Op.GradientRule rule) {
        List<Tensor> inputs = new ArrayList<>(List.of(value));
        inputs.addAll(sources);
        inputs.addAll(kept);
        return node(new Op.CustomGradient(rule, sources.size()), inputs, value.type());
    }

    /// The values, kept apart from what comes before.
    public List<Tensor> barrier(List<Tensor> values) {
        return all(nodeOf(new Op.Barrier(), values, values.stream().map(Tensor::type).toList()));
    }

    List<Tensor.Node> nodes() {
        return nodes;
    }

    Tensor node(Op op, List<Tensor> inputs, Tensor.Type type) {
        return new Tensor(nodeOf(op, inputs, List.of(type)), 0);
    }

    Tensor.Node nodeOf(Op op, List<Tensor> inputs, List<Tensor.Type> types) {
        inputs.forEach(this::check);
        return known.computeIfAbsent(new Key(op, List.copyOf(inputs), types), k -> {
            Tensor.Node n = new Tensor.Node(this, nodes.size(), op, k.inputs(), types);
            nodes.add(n);
            return n;
        });
    }

    static List<Tensor> all(Tensor.Node node) {
        List<Tensor> out = new ArrayList<>();
        for (int i = 0; i < node.types().size(); i++) out.add(new Tensor(node, i));
        return out;
    }

    private void check(Tensor t) {
        if (t.graph() != this)
            throw TunebookException.of("Graph " + name, "a tensor of another graph", t + " of graph " + t.graph().name,
                "pass it into a loop body as a carried value");
    }
}
