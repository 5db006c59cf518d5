package tunebook.graph;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tunebook.tensor.DType;
import tunebook.tensor.TunebookException;

/// Counts the floating-point operations of a program's products: 2·m·k·n for [m, k] · [k, n], a multiplication and an addition for each pair.
///
/// A loop's body counts once for each trip. How many there are is found by following the loop's counters, single I32 numbers made from constants, from given
/// arguments and from each other. What is done element by element is not counted.
public final class Operations {
    /// Integers known before the program runs: given arguments as they are, all else one number each.
    private final Map<Tensor, int[]> known = new HashMap<>();
    private long count;

    private Operations() {}

    /// Operations of one run of `graph`.
    ///
    /// @param given I32 arguments that loops' bounds depend on, by the parameter's name, elements in row-major order
    /// @throws TunebookException if a loop's bounds depend on anything else
    public static long of(Graph graph, Map<String, int[]> given) {
        Operations o = new Operations();
        given.forEach((name, values) -> o.known.put(graph.parameters().get(name), values));
        o.walk(graph);
        return o.count;
    }

    private void walk(Graph graph) {
        Set<Tensor.Node> live = StableHlo.live(graph, graph.outputs().values());
        for (Tensor.Node n : graph.nodes()) if (live.contains(n)) visit(n);
    }

    private void visit(Tensor.Node n) {
        List<Tensor> in = n.inputs();
        Tensor out = new Tensor(n, 0);
        switch (n.op()) {
            case Op.Dot d -> count += 2 * out.shape().size() * d.leftContract().stream().mapToLong(axis -> in.getFirst().dim(axis)).reduce(1, (a, b) -> a * b);
            case Op.StreamedDot _ -> count += 2 * out.shape().size() * in.getFirst().dim(1);
            case Op.While w -> loop(n, w);
            case Op.Constant c when out.dtype() == DType.I32 -> known.put(out, new int[] {(int) c.value()});
            case Op.Literal l when out.dtype() == DType.I32 -> known.put(out, l.value().toInts());
            case Op.Barrier _ -> {
                for (int k = 0; k < in.size(); k++) same(new Tensor(n, k), in.get(k));
            }
            case Op.CustomGradient _, Op.Reshape _ -> same(out, in.getFirst());
            case Op.DynamicSlice _ when single(out) && in.getFirst().rank() == 1 && allKnown(in) -> known.put(out, new int[] {element(in.getFirst(), number(in.get(1)))});
            case Op.Binary b when single(out) && allKnown(in) -> known.put(out, new int[] {binary(b.kind(), number(in.get(0)), number(in.get(1)))});
            case Op.Compare c when single(out) && allKnown(in) -> known.put(out, new int[] {holds(c.direction(), number(in.get(0)), number(in.get(1))) ? 1 : 0});
            default -> { }
        }
    }

    private void loop(Tensor.Node n, Op.While w) {
        int[][] carried = values(n.inputs());
        while (goesOn(w.condition(), carried)) {
            Operations trip = region(w.body(), carried);
            count += trip.count;
            carried = trip.values(w.body().outputs().values());
        }
        for (int k = 0; k < carried.length; k++) if (carried[k] != null) known.put(new Tensor(n, k), carried[k]);
    }

    private static boolean goesOn(Graph condition, int[][] carried) {
        Tensor answer = condition.outputs().values().iterator().next();
        int[] value = region(condition, carried).known.get(answer);
        if (value == null)
            throw TunebookException.of("Operations.of", "how often a loop is repeated is not known", "it carries " + condition.parameters().values(),
                "give the I32 arguments that its bounds come from");
        return value[0] != 0;
    }

    /// Runs a loop's region with what is known of its carried values; null where nothing is.
    private static Operations region(Graph graph, int[][] carried) {
        Operations o = new Operations();
        List<Tensor> parameters = List.copyOf(graph.parameters().values());
        for (int k = 0; k < carried.length; k++) if (carried[k] != null) o.known.put(parameters.get(k), carried[k]);
        o.walk(graph);
        return o;
    }

    private int[][] values(Collection<Tensor> tensors) {
        return tensors.stream().map(known::get).toArray(int[][]::new);
    }

    private void same(Tensor out, Tensor in) {
        if (known.containsKey(in)) known.put(out, known.get(in));
    }

    private static boolean single(Tensor t) {
        return t.shape().size() == 1;
    }

    private boolean allKnown(List<Tensor> inputs) {
        return known.keySet().containsAll(inputs);
    }

    private int number(Tensor t) {
        return known.get(t)[0];
    }

    /// As XLA reads: an index outside is moved to the nearest inside.
    private int element(Tensor t, int index) {
        int[] all = known.get(t);
        return all[Math.clamp(index, 0, all.length - 1)];
    }

    private static int binary(Op.BinaryKind kind, int a, int b) {
        return switch (kind) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case REM -> a % b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case AND -> a & b;
            case OR -> a | b;
            case POW, SHIFT_RIGHT -> throw TunebookException.of("Operations.of", "a loop's counter is made by " + kind, a + ", " + b, "count with the other operations");
        };
    }

    private static boolean holds(Op.Direction direction, int a, int b) {
        return switch (direction) {
            case EQ -> a == b;
            case NE -> a != b;
            case LT -> a < b;
            case LE -> a <= b;
            case GT -> a > b;
            case GE -> a >= b;
        };
    }
}
