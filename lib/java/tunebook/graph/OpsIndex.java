package tunebook.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import tunebook.tensor.DType;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;

/// Operations with data-dependent positions, order or repetition: rows by index, slices at an offset, sorting, loops, random bits.
public final class OpsIndex {
    private OpsIndex() {}

    static Tensor takeRows(Tensor table, Tensor indices) {
        checkIndices("takeRows", indices);
        Shape rows = table.shape().with(0, indices.dim(0));
        return table.graph().node(new Op.TakeRows(), List.of(table, indices), new Tensor.Type(table.dtype(), rows));
    }

    /// `base` [V, ...] with `updates` [n, ...] added at rows `indices` [n] I32; a row named twice gets both.
    public static Tensor addRows(Tensor base, Tensor indices, Tensor updates) {
        checkIndices("addRows", indices);
        if (!updates.shape().equals(base.shape().with(0, indices.dim(0))) || updates.dtype() != base.dtype())
            throw TunebookException.of("Graph.addRows", "updates do not fit", base + ", " + indices + ", " + updates, "give one row of the base's type for each index");
        return base.graph().node(new Op.AddRows(), List.of(base, indices, updates), base.type());
    }

    private static void checkIndices(String operation, Tensor indices) {
        if (indices.dtype() != DType.I32 || indices.rank() != 1)
            throw TunebookException.of("Graph." + operation, "indices are not I32 [n]", indices.toString(), "convert and flatten them");
    }

    /// The piece of `a` of the given sizes that starts at `starts` (I32 scalars, one for each axis). XLA moves a start that would reach outside.
    public static Tensor dynamicSlice(Tensor a, List<Tensor> starts, int... sizes) {
        List<Tensor> inputs = new ArrayList<>(List.of(a));
        inputs.addAll(starts);
        return a.graph().node(new Op.DynamicSlice(OpsShape.boxed(sizes)), inputs, new Tensor.Type(a.dtype(), Shape.of(sizes)));
    }

    /// `a` with `update` written at `starts` (I32 scalars, one for each axis).
    public static Tensor dynamicUpdate(Tensor a, Tensor update, List<Tensor> starts) {
        if (a.dtype() != update.dtype() || a.rank() != update.rank())
            throw TunebookException.of("Graph.dynamicUpdate", "update does not fit", a + " and " + update, "give the same type and number of axes");
        List<Tensor> inputs = new ArrayList<>(List.of(a, update));
        inputs.addAll(starts);
        return a.graph().node(new Op.DynamicUpdate(), inputs, a.type());
    }

    /// Row `i` (I32 scalar) of `stack` [n, ...], without the first axis.
    public static Tensor row(Tensor stack, Tensor i) {
        int[] sizes = stack.shape().with(0, 1).toArray();
        return dynamicSlice(stack, rowStarts(stack, i), sizes).reshape(Arrays.copyOfRange(sizes, 1, sizes.length));
    }

    /// `stack` [n, ...] with `row` written at `i` (I32 scalar).
    public static Tensor putRow(Tensor stack, Tensor row, Tensor i) {
        return dynamicUpdate(stack, row.reshape(stack.shape().with(0, 1).toArray()), rowStarts(stack, i));
    }

    private static List<Tensor> rowStarts(Tensor stack, Tensor i) {
        List<Tensor> starts = new ArrayList<>(Collections.nCopies(stack.rank(), i.graph().scalar(DType.I32, 0)));
        starts.set(0, i);
        return starts;
    }

    /// `keys` in falling order along the last axis, and their I32 positions.
    public static List<Tensor> sortDescending(Tensor keys) {
        return Graph.all(keys.graph().nodeOf(new Op.SortDescending(), List.of(keys),
            List.of(keys.type(), new Tensor.Type(DType.I32, keys.shape()))));
    }

    /// Next state and U32 bits of shape `dims` from `state` U64[2].
    public static List<Tensor> randomBits(Tensor state, int... dims) {
        return Graph.all(state.graph().nodeOf(new Op.RandomBits(OpsShape.boxed(dims)), List.of(state),
            List.of(state.type(), new Tensor.Type(DType.U32, Shape.of(dims)))));
    }

    /// Repeats `body` while `condition` (a BOOL scalar) holds. Both see the carried values only, in a graph of their own.
    /// No gradient flows through a loop: wrap it with [Graph#withGradient].
    public static List<Tensor> loop(List<Tensor> carried, Function<List<Tensor>, Tensor> condition, Function<List<Tensor>, List<Tensor>> body) {
        Graph graph = carried.getFirst().graph();
        Graph until = region("condition", carried);
        until.output("0", condition.apply(List.copyOf(until.parameters().values())));
        Graph inner = region("body", carried);
        List<Tensor> next = body.apply(List.copyOf(inner.parameters().values()));
        for (int i = 0; i < carried.size(); i++) {
            if (next.size() != carried.size() || !next.get(i).type().equals(carried.get(i).type()))
                throw TunebookException.of("Graph.loop", "the body changes a carried value's type", "carried " + carried + ", next " + next, "return the same types in the same order");
            inner.output("" + i, next.get(i));
        }
        return Graph.all(graph.nodeOf(new Op.While(until, inner), carried, carried.stream().map(Tensor::type).toList()));
    }

    /// Repeats `body` `trips` times. It gets the trip (I32 scalar, 0 first), the invariants and the carried values, and gives the next carried values.
    public static List<Tensor> repeat(int trips, List<Tensor> invariants, List<Tensor> carried, BiFunction<Tensor, List<Tensor>, List<Tensor>> body) {
        Tensor zero = carried.getFirst().graph().scalar(DType.I32, 0);
        return repeat(zero, invariants, carried, v -> v.getFirst().lt(v.getFirst().graph().scalar(DType.I32, trips)), body);
    }

    /// The same for the trips `first` to `last` (I32 scalars), the last one included.
    public static List<Tensor> repeat(Tensor first, Tensor last, List<Tensor> invariants, List<Tensor> carried,
                                      BiFunction<Tensor, List<Tensor>, List<Tensor>> body) {
        List<Tensor> bounded = new ArrayList<>(List.of(last));
        bounded.addAll(invariants);
        return repeat(first, bounded, carried, v -> v.getFirst().le(v.get(1)), (trip, v) -> body.apply(trip, v.subList(1, v.size())));
    }

    private static List<Tensor> repeat(Tensor first, List<Tensor> invariants, List<Tensor> carried, Function<List<Tensor>, Tensor> condition,
                                       BiFunction<Tensor, List<Tensor>, List<Tensor>> body) {
        List<Tensor> all = new ArrayList<>(List.of(first));
        all.addAll(invariants);
        all.addAll(carried);
        List<Tensor> out = loop(all, condition, v -> {
            List<Tensor> next = new ArrayList<>(List.of(v.getFirst().add(1)));
            next.addAll(v.subList(1, 1 + invariants.size()));
            next.addAll(body.apply(v.getFirst(), v.subList(1, v.size())));
            return next;
        });
        return out.subList(1 + invariants.size(), out.size());
    }

    private static Graph region(String name, List<Tensor> carried) {
        Graph g = new Graph(name);
        IntStream.range(0, carried.size()).forEach(i -> g.parameter("" + i, carried.get(i).dtype(), carried.get(i).shape()));
        return g;
    }
}
