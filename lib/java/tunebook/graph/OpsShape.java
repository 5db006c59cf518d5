package tunebook.graph;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import tunebook.tensor.DType;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;

/// Operations that move or reread elements: convert, reshape, transpose, broadcast, slice, pad, concat.
public final class OpsShape {
    private OpsShape() {}

    static Tensor convert(Tensor a, DType dtype) {
        if (a.dtype() == dtype) return a;
        return a.graph().node(new Op.Convert(dtype), List.of(a), new Tensor.Type(dtype, a.shape()));
    }

    static Tensor bitcast(Tensor a, DType dtype) {
        if (a.dtype() == dtype) return a;
        if (a.dtype().bytes() != dtype.bytes())
            throw TunebookException.of("Graph.bitcast", "sizes differ", a + " as " + dtype, "use to(DType) to convert");
        return a.graph().node(new Op.Bitcast(dtype), List.of(a), new Tensor.Type(dtype, a.shape()));
    }

    static Tensor reshape(Tensor a, Shape shape) {
        if (a.shape().equals(shape)) return a;
        if (a.shape().size() != shape.size())
            throw TunebookException.of("Graph.reshape", "sizes differ", a + " to " + shape, "keep the number of elements");
        if (a.op() instanceof Op.Reshape) return reshape(a.node().inputs().getFirst(), shape);
        return a.graph().node(new Op.Reshape(), List.of(a), new Tensor.Type(a.dtype(), shape));
    }

    static Tensor transpose(Tensor a, int... axes) {
        int[] sorted = axes.clone();
        Arrays.sort(sorted);
        if (!Arrays.equals(sorted, IntStream.range(0, a.rank()).toArray()))
            throw TunebookException.of("Graph.transpose", "not an order of the axes", Arrays.toString(axes) + " for " + a, "name each axis once");
        if (Arrays.equals(sorted, axes)) return a;
        Shape out = Shape.of(Arrays.stream(axes).map(a::dim).toArray());
        return a.graph().node(new Op.Transpose(boxed(axes)), List.of(a), new Tensor.Type(a.dtype(), out));
    }

    /// Trailing axes line up; axes of size 1 and missing leading axes repeat.
    static Tensor broadcastTo(Tensor a, Shape shape) {
        if (a.shape().equals(shape)) return a;
        int lead = shape.rank() - a.rank();
        for (int i = 0; i < a.rank(); i++)
            if (lead < 0 || a.dim(i) != shape.dim(i + lead) && a.dim(i) != 1)
                throw TunebookException.of("Graph.broadcastTo", "shape does not fit", a + " to " + shape, "axes must be equal or 1, counted from the last");
        return broadcast(a, shape, IntStream.range(lead, shape.rank()).toArray());
    }

    /// Axis `i` of `a` becomes axis `axes[i]` of `shape`.
    static Tensor broadcast(Tensor a, Shape shape, int... axes) {
        return a.graph().node(new Op.Broadcast(boxed(axes)), List.of(a), new Tensor.Type(a.dtype(), shape));
    }

    static Tensor slice(Tensor a, int axis, int start, int limit) {
        int x = Ops.axis("slice", a, axis);
        if (start < 0 || limit < start || limit > a.dim(x))
            throw TunebookException.of("Graph.slice", "outside the array", start + " to " + limit + " on axis " + x + " of " + a, "stay within 0 and " + a.dim(x));
        if (start == 0 && limit == a.dim(x)) return a;
        int[] from = new int[a.rank()];
        int[] to = a.shape().toArray();
        from[x] = start;
        to[x] = limit;
        return a.graph().node(new Op.Slice(boxed(from), boxed(to)), List.of(a), new Tensor.Type(a.dtype(), a.shape().with(x, limit - start)));
    }

    /// `low[i]` zeros before and `high[i]` after axis `i`.
    static Tensor pad(Tensor a, List<Integer> low, List<Integer> high) {
        int[] d = a.shape().toArray();
        for (int i = 0; i < d.length; i++) d[i] += low.get(i) + high.get(i);
        return a.graph().node(new Op.Pad(low, high), List.of(a), new Tensor.Type(a.dtype(), Shape.of(d)));
    }

    /// The parts one after another along `axis`; other axes must agree.
    public static Tensor concat(int axis, List<Tensor> parts) {
        Tensor first = parts.getFirst();
        if (parts.size() == 1) return first;
        int x = Ops.axis("concat", first, axis);
        int n = 0;
        for (Tensor p : parts) {
            if (p.dtype() != first.dtype() || p.rank() != first.rank() || !p.shape().with(x, 1).equals(first.shape().with(x, 1)))
                throw TunebookException.of("Graph.concat", "parts do not fit", first + " and " + p, "all axes but " + x + " must agree");
            n += p.dim(x);
        }
        return first.graph().node(new Op.Concat(x), List.copyOf(parts), new Tensor.Type(first.dtype(), first.shape().with(x, n)));
    }

    /// The parts, all of one type, as rows along a new first axis.
    public static Tensor stack(List<Tensor> parts) {
        return concat(0, parts.stream().map(t -> reshape(t, Shape.of(1).plus(t.shape()))).toList());
    }

    static List<Integer> boxed(int... values) {
        return IntStream.of(values).boxed().toList();
    }
}
