package tunebook.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tunebook.tensor.DType;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;

/// Writes a [Graph] as StableHLO text (the StableHLO specification, v1; the assembly format its parser accepts since 2023).
///
/// Nodes that no output needs are left out. The text depends on the graph alone, so that equal programs are found in the compile cache.
public final class StableHlo {
    private final StringBuilder text = new StringBuilder();
    private final Map<Tensor, String> names = new HashMap<>();
    private int next;
    private boolean donates = true;

    private StableHlo() {}

    /// The whole program. Its inputs are all parameters of the graph in order, its results the outputs in order.
    public static Program emit(Graph graph) {
        return new StableHlo().program(graph, graph.parameters(), graph.outputs());
    }

    /// The program of one value alone, its result called `value`. Its inputs are the parameters that the value depends on; none is donated.
    public static Program emit(Tensor value) {
        Map<String, Tensor> parameters = new LinkedHashMap<>(value.graph().parameters());
        Set<Tensor.Node> live = live(value.graph(), List.of(value));
        parameters.values().removeIf(t -> !live.contains(t.node()));
        StableHlo s = new StableHlo();
        s.donates = false;
        return s.program(value.graph(), parameters, Map.of("value", value));
    }

    private Program program(Graph graph, Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
        List<Tensor> parameters = List.copyOf(inputs.values());
        String arguments = IntStream.range(0, parameters.size()).mapToObj(i -> argument(outputs, parameters.get(i), i)).collect(Collectors.joining(", "));
        List<Tensor> out = List.copyOf(outputs.values());
        text.append("module @").append(graph.name().replaceAll("[^A-Za-z0-9_]", "_")).append(" {\n  func.func public @main(")
            .append(arguments).append(") -> (").append(types(out)).append(") {\n");
        body(graph, out, "    ");
        text.append("    return ").append(list(out)).append(" : ").append(types(out)).append("\n  }\n}\n");
        return new Program(graph.name(), text.toString(), slots(inputs), slots(outputs));
    }

    private List<Program.Slot> slots(Map<String, Tensor> tensors) {
        return tensors.entrySet().stream().map(e -> new Program.Slot(e.getKey(), e.getValue().dtype(), e.getValue().shape(), donated(e.getValue()))).toList();
    }

    private boolean donated(Tensor t) {
        return donates && t.op() instanceof Op.Parameter p && p.donated();
    }

    private String argument(Map<String, Tensor> outputs, Tensor t, int i) {
        names.put(t, "%arg" + i);
        return "%arg" + i + ": " + type(t.type()) + (donated(t) && t.op() instanceof Op.Parameter p ? donation(outputs, p.name(), t.type()) : "");
    }

    /// A donated argument becomes the output of its name, in place; without one XLA may use it for any output.
    private static String donation(Map<String, Tensor> outputs, String name, Tensor.Type type) {
        int output = List.copyOf(outputs.keySet()).indexOf(name);
        boolean same = output >= 0 && outputs.get(name).type().equals(type);
        return same ? " {tf.aliasing_output = " + output + " : i32}" : " {jax.buffer_donor = true}";
    }

    private void body(Graph graph, Collection<Tensor> outputs, String indent) {
        Set<Tensor.Node> live = live(graph, outputs);
        for (Tensor.Node n : graph.nodes())
            if (live.contains(n) && !(n.op() instanceof Op.Parameter)) statement(n, indent);
    }

    static Set<Tensor.Node> live(Graph graph, Collection<Tensor> outputs) {
        Set<Tensor.Node> live = new HashSet<>();
        outputs.forEach(t -> live.add(t.node()));
        for (Tensor.Node n : graph.nodes().reversed())
            if (live.contains(n)) inputs(n).forEach(t -> live.add(t.node()));
        return live;
    }

    /// What a node reads when it runs: a hand-written gradient's sources are only for the backward pass.
    static List<Tensor> inputs(Tensor.Node n) {
        return n.op() instanceof Op.CustomGradient ? n.inputs().subList(0, 1) : n.inputs();
    }

    private void statement(Tensor.Node n, String indent) {
        List<Tensor> in = n.inputs();
        Tensor out = new Tensor(n, 0);
        if (n.op() instanceof Op.CustomGradient) {
            names.put(out, name(in.getFirst()));
            return;
        }
        String id = "%" + next++;
        int count = n.types().size();
        for (int i = 0; i < count; i++) names.put(new Tensor(n, i), count == 1 ? id : id + "#" + i);
        text.append(indent).append(id).append(count == 1 ? "" : ":" + count).append(" = ");
        switch (n.op()) {
            case Op.Constant c -> text.append("stablehlo.constant dense<").append(number(c.value(), out.dtype())).append("> : ").append(type(out.type()));
            case Op.Literal l -> text.append("stablehlo.constant dense<").append(Literals.elements(l.value())).append("> : ").append(type(out.type()));
            case Op.Iota i -> text.append("stablehlo.iota dim = ").append(i.axis()).append(" : ").append(type(out.type()));
            case Op.Unary u -> unary(u.kind(), in.getFirst(), out);
            case Op.Binary b -> text.append("stablehlo.").append(b.kind().mlir).append(' ').append(list(in)).append(" : ").append(type(out.type()));
            case Op.Compare c -> text.append("stablehlo.compare ").append(c.direction()).append(", ").append(list(in))
                .append(in.getFirst().dtype().isFloat() ? ", FLOAT" : in.getFirst().dtype().mlir().startsWith("u") || in.getFirst().dtype() == DType.BOOL ? ", UNSIGNED" : ", SIGNED")
                .append(" : ").append(signature(in, out));
            case Op.Select _ -> text.append("stablehlo.select ").append(list(in)).append(" : ").append(type(in.getFirst().type())).append(", ").append(type(out.type()));
            case Op.Convert _ -> one("convert", in, out);
            case Op.Bitcast _ -> one("bitcast_convert", in, out);
            case Op.Broadcast b -> text.append("stablehlo.broadcast_in_dim ").append(list(in)).append(", dims = ").append(b.axes()).append(" : ").append(signature(in, out));
            case Op.Reshape _ -> one("reshape", in, out);
            case Op.Transpose t -> text.append("stablehlo.transpose ").append(list(in)).append(", dims = ").append(t.axes()).append(" : ").append(signature(in, out));
            case Op.Reduce r -> reduce(r, in.getFirst(), out);
            case Op.Dot d -> dot(d, in, out);
            case Op.StreamedDot _ -> hostCall(Op.StreamedDot.TARGET, in, out);
            case Op.Slice s -> text.append("stablehlo.slice ").append(list(in)).append(" [").append(IntStream.range(0, s.starts().size())
                .mapToObj(i -> s.starts().get(i) + ":" + s.limits().get(i)).collect(Collectors.joining(", "))).append("] : ").append(signature(in, out));
            case Op.Pad p -> pad(p, in.getFirst(), out, id, indent);
            case Op.Concat c -> text.append("stablehlo.concatenate ").append(list(in)).append(", dim = ").append(c.axis()).append(" : ").append(signature(in, out));
            case Op.TakeRows _ -> takeRows(in, out);
            case Op.AddRows _ -> addRows(in, out, indent);
            case Op.DynamicSlice d -> text.append("stablehlo.dynamic_slice ").append(list(in)).append(", sizes = ").append(d.sizes()).append(" : ").append(signature(in, out));
            case Op.DynamicUpdate _ -> text.append("stablehlo.dynamic_update_slice ").append(list(in)).append(" : ").append(signature(in, out));
            case Op.Barrier _ -> text.append("stablehlo.optimization_barrier ").append(list(in)).append(" : ").append(types(in));
            case Op.While w -> loop(w, in, indent);
            case Op.RandomBits _ -> text.append("stablehlo.rng_bit_generator ").append(list(in)).append(", algorithm = THREE_FRY : (")
                .append(types(in)).append(") -> (").append(types(Graph.all(n))).append(')');
            case Op.SortDescending _ -> sort(in.getFirst(), id, indent);
            case Op.Parameter _, Op.CustomGradient _ -> throw new AssertionError(n);
        }
        text.append('\n');
    }

    private void unary(Op.UnaryKind kind, Tensor in, Tensor out) {
        text.append("stablehlo.").append(kind.mlir).append(' ').append(name(in)).append(" : ")
            .append(kind == Op.UnaryKind.FINITE ? signature(List.of(in), out) : type(out.type()));
    }

    private void one(String operation, List<Tensor> in, Tensor out) {
        text.append("stablehlo.").append(operation).append(' ').append(list(in)).append(" : ").append(signature(in, out));
    }

    /// A typed call of XLA's foreign function interface, all arrays in row-major order.
    private void hostCall(String target, List<Tensor> in, Tensor out) {
        text.append("stablehlo.custom_call @").append(target).append('(').append(list(in)).append(") {api_version = 4 : i32, backend_config = {}, operand_layouts = [")
            .append(in.stream().map(StableHlo::rowMajor).collect(Collectors.joining(", "))).append("], result_layouts = [").append(rowMajor(out)).append("]} : ")
            .append(signature(in, out));
    }

    private static String rowMajor(Tensor t) {
        return "dense<" + IntStream.range(0, t.rank()).mapToObj(i -> t.rank() - 1 - i).toList() + "> : tensor<" + t.rank() + "xindex>";
    }

    private void reduce(Op.Reduce r, Tensor in, Tensor out) {
        String zero = "%" + next++;
        String initial = switch (r.kind()) {
            case SUM -> number(0, in.dtype());
            case MAX -> in.dtype().isFloat() ? number(Double.NEGATIVE_INFINITY, in.dtype()) : "" + Integer.MIN_VALUE;
            case MIN -> in.dtype().isFloat() ? number(Double.POSITIVE_INFINITY, in.dtype()) : "" + Integer.MAX_VALUE;
            case AND -> "true";
        };
        before(zero + " = stablehlo.constant dense<" + initial + "> : " + type(new Tensor.Type(in.dtype(), Shape.of())));
        text.append("stablehlo.reduce(").append(name(in)).append(" init: ").append(zero).append(") applies stablehlo.").append(r.kind().mlir)
            .append(" across dimensions = ").append(r.axes()).append(" : (").append(type(in.type())).append(", ")
            .append(type(new Tensor.Type(in.dtype(), Shape.of()))).append(") -> ").append(type(out.type()));
    }

    /// Puts a statement on the line before the one being written.
    private void before(String statement) {
        int line = text.lastIndexOf("\n") + 1;
        int indent = line;
        while (text.charAt(indent) == ' ') indent++;
        text.insert(line, text.substring(line, indent) + statement + "\n");
    }

    private void dot(Op.Dot d, List<Tensor> in, Tensor out) {
        text.append("stablehlo.dot_general ").append(list(in));
        if (!d.leftBatch().isEmpty()) text.append(", batching_dims = ").append(d.leftBatch()).append(" x ").append(d.rightBatch());
        String p = d.highest() ? "HIGHEST" : "DEFAULT";
        text.append(", contracting_dims = ").append(d.leftContract()).append(" x ").append(d.rightContract())
            .append(", precision = [").append(p).append(", ").append(p).append("] : ").append(signature(in, out));
    }

    private void pad(Op.Pad p, Tensor in, Tensor out, String id, String indent) {
        String zero = "%" + next++;
        Tensor.Type scalar = new Tensor.Type(in.dtype(), Shape.of());
        before(zero + " = stablehlo.constant dense<" + number(0, in.dtype()) + "> : " + type(scalar));
        text.append("stablehlo.pad ").append(name(in)).append(", ").append(zero).append(", low = ").append(p.low()).append(", high = ").append(p.high())
            .append(", interior = ").append(p.low().stream().map(_ -> 0).toList()).append(" : (").append(type(in.type())).append(", ").append(type(scalar))
            .append(") -> ").append(type(out.type()));
    }

    private void takeRows(List<Tensor> in, Tensor out) {
        Tensor table = in.getFirst();
        text.append("\"stablehlo.gather\"(").append(list(in)).append(") <{dimension_numbers = #stablehlo.gather<offset_dims = ").append(range(1, table.rank()))
            .append(", collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, indices_are_sorted = false, slice_sizes = array<i64: ")
            .append(Stream.concat(Stream.of(1), table.shape().dims().stream().skip(1)).map(String::valueOf).collect(Collectors.joining(", ")))
            .append(">}> : ").append(signature(in, out));
    }

    private void addRows(List<Tensor> in, Tensor out, String indent) {
        String element = type(new Tensor.Type(out.dtype(), Shape.of()));
        String a = "%" + next++;
        String b = "%" + next++;
        String c = "%" + next++;
        text.append("\"stablehlo.scatter\"(").append(list(in)).append(") <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = ").append(range(1, out.rank()))
            .append(", inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>, indices_are_sorted = false, unique_indices = false}> ({\n")
            .append(indent).append("^bb0(").append(a).append(": ").append(element).append(", ").append(b).append(": ").append(element).append("):\n")
            .append(indent).append("  ").append(c).append(" = stablehlo.add ").append(a).append(", ").append(b).append(" : ").append(element).append('\n')
            .append(indent).append("  stablehlo.return ").append(c).append(" : ").append(element).append('\n').append(indent).append("}) : ").append(signature(in, out));
    }

    private void loop(Op.While w, List<Tensor> in, String indent) {
        List<String> arguments = in.stream().map(_ -> "%" + next++).toList();
        text.append("stablehlo.while(").append(IntStream.range(0, in.size()).mapToObj(i -> arguments.get(i) + " = " + name(in.get(i))).collect(Collectors.joining(", ")))
            .append(") : ").append(types(in)).append('\n').append(indent).append("cond {\n");
        region(w.condition(), arguments, indent + "  ");
        text.append(indent).append("} do {\n");
        region(w.body(), arguments, indent + "  ");
        text.append(indent).append('}');
    }

    private void region(Graph graph, List<String> arguments, String indent) {
        List<Tensor> parameters = List.copyOf(graph.parameters().values());
        IntStream.range(0, arguments.size()).forEach(i -> names.put(parameters.get(i), arguments.get(i)));
        List<Tensor> out = new ArrayList<>(graph.outputs().values());
        body(graph, out, indent);
        text.append(indent).append("stablehlo.return ").append(list(out)).append(" : ").append(types(out)).append('\n');
    }

    private void sort(Tensor keys, String id, String indent) {
        String positions = "%" + next++;
        Tensor.Type integers = new Tensor.Type(DType.I32, keys.shape());
        before(positions + " = stablehlo.iota dim = " + (keys.rank() - 1) + " : " + type(integers));
        String k = type(new Tensor.Type(keys.dtype(), Shape.of()));
        String[] v = IntStream.range(0, 5).mapToObj(_ -> "%" + next++).toArray(String[]::new);
        text.append("\"stablehlo.sort\"(").append(name(keys)).append(", ").append(positions).append(") <{dimension = ").append(keys.rank() - 1)
            .append(" : i64, is_stable = true}> ({\n").append(indent).append("^bb0(").append(v[0]).append(": ").append(k).append(", ").append(v[1]).append(": ").append(k)
            .append(", ").append(v[2]).append(": tensor<i32>, ").append(v[3]).append(": tensor<i32>):\n").append(indent).append("  ").append(v[4])
            .append(" = stablehlo.compare GT, ").append(v[0]).append(", ").append(v[1]).append(", ").append(keys.dtype().isFloat() ? "TOTALORDER" : "SIGNED")
            .append(" : (").append(k).append(", ").append(k).append(") -> tensor<i1>\n").append(indent).append("  stablehlo.return ").append(v[4])
            .append(" : tensor<i1>\n").append(indent).append("}) : (").append(type(keys.type())).append(", ").append(type(integers)).append(") -> (")
            .append(type(keys.type())).append(", ").append(type(integers)).append(')');
    }

    private String name(Tensor t) {
        String n = names.get(t);
        if (n == null) throw TunebookException.of("StableHlo.emit", "a value is used before it is made", t.toString(), "report this: the graph is out of order");
        return n;
    }

    private String list(List<Tensor> tensors) {
        return tensors.stream().map(this::name).collect(Collectors.joining(", "));
    }

    private static String signature(List<Tensor> in, Tensor out) {
        return "(" + types(in) + ") -> " + type(out.type());
    }

    private static String types(List<Tensor> tensors) {
        return tensors.stream().map(t -> type(t.type())).collect(Collectors.joining(", "));
    }

    private static String type(Tensor.Type t) {
        return "tensor<" + t.shape().dims().stream().map(d -> d + "x").collect(Collectors.joining()) + t.dtype().mlir() + ">";
    }

    private static String range(int from, int to) {
        return IntStream.range(from, to).boxed().toList().toString();
    }

    private static String number(double value, DType dtype) {
        return Literals.number(value, dtype);
    }
}
