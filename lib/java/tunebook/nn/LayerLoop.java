package tunebook.nn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import tunebook.graph.Gradients;
import tunebook.graph.Graph;
import tunebook.graph.OpsIndex;
import tunebook.graph.OpsShape;
import tunebook.graph.Tensor;
import tunebook.tensor.DType;
import tunebook.tensor.Shape;

/// Layers of one form as a loop of the program, for training in little memory: the program holds one layer, however many there are. Kept for the backward
/// pass are the layers' inputs; a second loop computes each layer again and takes its gradient (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost").
///
/// Parameters are stacked: trained ones in the program, so that gradients reach them, frozen ones once a step ([Modules#once]). The stacks are a copy of the layers' frozen
/// weights, which unrolled layers have of adapted modules only.
public final class LayerLoop {
    /// One layer, in the graph of the tensors it is given.
    @FunctionalInterface
    public interface Layer {
        /// @param m      what it is built from
        /// @param i      its number, for the paths of its parameters and nothing else: inside of the loop it is always 0
        /// @param x      its input
        /// @param each   what else differs from layer to layer; no gradient reaches it
        /// @param shared what is the same for all; no gradient reaches it
        /// @return its result, of the type of `x`
        Tensor apply(Modules m, int i, Tensor x, List<Tensor> each, List<Tensor> shared);
    }

    private final Modules modules;
    private final Layer layer;
    /// How many things differ from layer to layer besides what is asked for.
    private final int each;
    /// For each layer what it asks its modules for, in order.
    private final List<List<Asked>> asked;

    /// What one layer gets inside of a loop.
    ///
    /// @param asked what it asks for, in order
    private record Inputs(Tensor x, List<Tensor> asked, List<Tensor> each, List<Tensor> shared) {}

    private LayerLoop(Modules modules, Layer layer, int layers, Tensor x, List<Tensor> each, List<Tensor> shared) {
        this.modules = modules;
        this.layer = layer;
        this.each = each.size();
        this.asked = IntStream.range(0, layers).mapToObj(i -> asked(i, x, each, shared)).toList();
    }

    /// `x` F32 through layers 0 to `layers` - 1.
    ///
    /// @param each   [layers, ...], a row for each layer
    /// @param shared of any shapes
    /// @return empty where the modules say so ([Modules#canLoop]), or where layers ask for different things and so have no one form
    public static Optional<Tensor> apply(Modules modules, int layers, Tensor x, List<Tensor> each, List<Tensor> shared, Layer layer) {
        if (layers < 2 || !modules.canLoop()) return Optional.empty();
        LayerLoop loop = new LayerLoop(modules, layer, layers, x, each, shared);
        return loop.isOfOneForm() ? Optional.of(loop.forward(x, each, shared)) : Optional.empty();
    }

    /// What layer `i` asks for, found by building it in a graph that nobody runs.
    private List<Asked> asked(int i, Tensor x, List<Tensor> each, List<Tensor> shared) {
        Graph g = new Graph("layer");
        Map<String, Asked> asked = new LinkedHashMap<>();
        Map<String, Tensor> made = new HashMap<>();
        Modules asking = over(g, a -> {
            asked.put(a.name(), a);
            return made.computeIfAbsent(a.name(), _ -> parameter(g, a.type()));
        });
        layer.apply(asking, i, parameter(g, x.type()), each.stream().map(t -> OpsIndex.row(parameter(g, t.type()), g.scalar(DType.I32, 0))).toList(),
            shared.stream().map(t -> parameter(g, t.type())).toList());
        return List.copyOf(asked.values());
    }

    private static Tensor parameter(Graph g, Tensor.Type type) {
        return g.parameter("" + g.parameters().size(), type.dtype(), type.shape());
    }

    private Modules over(Graph g, Function<Asked, Tensor> answer) {
        return modules.over(new AskedModules(g, modules, answer));
    }

    private boolean isOfOneForm() {
        return asked.stream().map(a -> a.stream().map(Asked::form).toList()).distinct().count() == 1;
    }

    private List<Asked> form() {
        return asked.getFirst();
    }

    private int layers() {
        return asked.size();
    }

    /// The loop is given stacks of what layers ask for, then those of `each`, then what is shared.
    private Tensor forward(Tensor x, List<Tensor> each, List<Tensor> shared) {
        List<Tensor> given = new ArrayList<>(IntStream.range(0, form().size()).mapToObj(this::stack).toList());
        List<Tensor> sources = new ArrayList<>(List.of(x));
        sources.addAll(trained(given));
        given.addAll(each);
        given.addAll(shared);
        int n = given.size();
        Tensor inputs = x.graph().full(x.dtype(), 0, Shape.of(layers()).plus(x.shape()).toArray());
        List<Tensor> out = OpsIndex.repeat(layers(), given, List.of(x, inputs), (i, v) ->
            List.of(run(inputs(v.get(n), v.subList(0, n), i)), OpsIndex.putRow(v.get(n + 1), v.get(n), i)));
        List<Tensor> kept = new ArrayList<>(given);
        kept.add(out.get(1));
        return x.graph().withGradient(out.getFirst(), sources, kept, this::backward);
    }

    /// kept: what the loop was given, then the layers' inputs → cotangents of the first input and of each trained stack.
    private List<Tensor> backward(Tensor dy, List<Tensor> kept) {
        int n = kept.size();
        List<Tensor> carried = new ArrayList<>(List.of(dy));
        for (Tensor t : trained(kept)) carried.add(dy.graph().full(DType.F32, 0, t.shape().toArray()));
        return OpsIndex.repeat(layers(), kept, carried, (trip, v) -> {
            Tensor i = trip.graph().scalar(DType.I32, layers() - 1).sub(trip);
            Inputs in = inputs(OpsIndex.row(v.get(n - 1), i), v.subList(0, n - 1), i);
            List<Tensor> sources = new ArrayList<>(List.of(in.x()));
            sources.addAll(trained(in.asked()));
            sources = trip.graph().barrier(sources); // nodes that the layer's operations cannot see behind: a gradient ends in them
            Tensor y = run(with(in, sources)).mul(v.get(n));
            List<Tensor> d = Gradients.of(y.sum(IntStream.range(0, y.rank()).toArray()), sources);
            List<Tensor> next = new ArrayList<>(List.of(d.getFirst()));
            for (int k = 1; k < d.size(); k++) next.add(OpsIndex.putRow(v.get(n + k), d.get(k), i));
            return next;
        });
    }

    /// The share that layer `i` (I32 scalar) has of what the loop was given.
    private Inputs inputs(Tensor x, List<Tensor> given, Tensor i) {
        int n = form().size();
        List<Tensor> own = IntStream.range(0, n).mapToObj(k -> {
            Tensor row = OpsIndex.row(given.get(k), i);
            DType dtype = form().get(k).type().dtype();
            return row.dtype() == dtype ? row : row.bitcast(dtype);
        }).toList();
        return new Inputs(x, own, given.subList(n, n + each).stream().map(t -> OpsIndex.row(t, i)).toList(), given.subList(n + each, given.size()));
    }

    /// With `sources` in place of its input and of what it asks for that is trained.
    private Inputs with(Inputs in, List<Tensor> sources) {
        List<Tensor> asked = new ArrayList<>();
        int trained = 1;
        for (int k = 0; k < form().size(); k++) asked.add(form().get(k).trained() ? sources.get(trained++) : in.asked().get(k));
        return new Inputs(sources.getFirst(), asked, in.each(), in.shared());
    }

    private Tensor run(Inputs in) {
        Map<String, Tensor> answers = new HashMap<>();
        for (int k = 0; k < form().size(); k++) answers.put(form().get(k).name(), in.asked().get(k));
        return layer.apply(over(in.x().graph(), a -> answers.get(a.name())), 0, in.x(), in.each(), in.shared());
    }

    private List<Tensor> trained(List<Tensor> asked) {
        return IntStream.range(0, form().size()).filter(k -> form().get(k).trained()).mapToObj(asked::get).toList();
    }

    /// All layers' values of the `k`th thing asked for, [layers, ...], those in BF16 as 16-bit integers (see [Moved]).
    private Tensor stack(int k) {
        Asked first = form().get(k);
        Function<Modules, Tensor> all = m -> OpsShape.stack(asked.stream().map(a -> Moved.bits(a.get(k).value().apply(m))).toList());
        if (first.trained()) return all.apply(modules);
        DType held = first.type().dtype() == DType.BF16 ? DType.U16 : first.type().dtype();
        return modules.once("layers:" + first.name(), new Tensor.Type(held, Shape.of(layers()).plus(first.type().shape())), all);
    }

    /// A parameter, or a value made of parameters ([Modules#once]), that a layer asked for.
    private record Asked(String name, Tensor.Type type, boolean trained, Function<Modules, Tensor> value) {
        /// What it has in common with another layer's: all but the layer's number.
        List<Object> form() {
            return List.of(name.replaceAll("\\.\\d+\\.", "."), type, trained);
        }
    }

    /// Parameters that are answered as they are asked for.
    private record AskedModules(Graph graph, Modules outer, Function<Asked, Tensor> answer) implements Modules {
        @Override
        public Compute compute() {
            return outer.compute();
        }

        @Override
        public Tensor.Type type(String path) {
            return outer.type(path);
        }

        @Override
        public boolean isTrained(String path) {
            return outer.isTrained(path);
        }

        @Override
        public Tensor weight(String path) {
            return answer.apply(new Asked(path, type(path), isTrained(path), m -> m.weight(path)));
        }

        @Override
        public Tensor once(String name, Tensor.Type type, Function<Modules, Tensor> value) {
            return answer.apply(new Asked(name, type, false, value));
        }
    }
}
