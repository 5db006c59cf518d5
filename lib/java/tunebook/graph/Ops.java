package tunebook.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import tunebook.tensor.DType;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;

/// Elementwise operations and reductions, with their shape rules.
final class Ops {
    private Ops() {}

    static Tensor unary(Op.UnaryKind kind, Tensor a) {
        boolean logical = kind == Op.UnaryKind.NOT;
        if (logical ? a.dtype() != DType.BOOL : !a.dtype().isFloat() && kind != Op.UnaryKind.NEG && kind != Op.UnaryKind.ABS)
            throw TunebookException.of("Graph." + kind, "wrong element type", a.toString(), logical ? "give a BOOL" : "convert to a floating-point type");
        DType out = kind == Op.UnaryKind.FINITE ? DType.BOOL : a.dtype();
        return a.graph().node(new Op.Unary(kind), List.of(a), new Tensor.Type(out, a.shape()));
    }

    static Tensor binary(Op.BinaryKind kind, Tensor a, Tensor b) {
        sameType(kind.toString(), a, b);
        Shape s = broadcastShape(kind.toString(), a, b);
        return a.graph().node(new Op.Binary(kind), List.of(a.broadcastTo(s.toArray()), b.broadcastTo(s.toArray())), new Tensor.Type(a.dtype(), s));
    }

    static Tensor compare(Op.Direction direction, Tensor a, Tensor b) {
        sameType("compare", a, b);
        Shape s = broadcastShape("compare", a, b);
        return a.graph().node(new Op.Compare(direction), List.of(a.broadcastTo(s.toArray()), b.broadcastTo(s.toArray())), new Tensor.Type(DType.BOOL, s));
    }

    static Tensor select(Tensor condition, Tensor yes, Tensor no) {
        sameType("select", yes, no);
        if (condition.dtype() != DType.BOOL)
            throw TunebookException.of("Graph.select", "condition is not BOOL", condition.toString(), "compare first");
        int[] s = broadcastShape("select", condition, yes.broadcastTo(broadcastShape("select", yes, no).toArray())).toArray();
        return yes.graph().node(new Op.Select(), List.of(condition.broadcastTo(s), yes.broadcastTo(s), no.broadcastTo(s)),
            new Tensor.Type(yes.dtype(), Shape.of(s)));
    }

    static Tensor reduce(Op.ReduceKind kind, Tensor a, int... axes) {
        List<Integer> over = new ArrayList<>();
        for (int x : axes) over.add(axis("reduce", a, x));
        List<Integer> left = IntStream.range(0, a.rank()).filter(i -> !over.contains(i)).mapToObj(a::dim).toList();
        return a.graph().node(new Op.Reduce(kind, over.stream().sorted().toList()), List.of(a), new Tensor.Type(a.dtype(), new Shape(left)));
    }

    static int axis(String operation, Tensor a, int axis) {
        int x = axis < 0 ? axis + a.rank() : axis;
        if (x < 0 || x >= a.rank())
            throw TunebookException.of("Graph." + operation, "no such axis", "axis " + axis + " of " + a, "give an axis below " + a.rank());
        return x;
    }

    private static void sameType(String operation, Tensor a, Tensor b) {
        if (a.dtype() != b.dtype())
            throw TunebookException.of("Graph." + operation, "element types differ", a + " and " + b, "convert one with to(DType)");
    }

    private static Shape broadcastShape(String operation, Tensor a, Tensor b) {
        int rank = Math.max(a.rank(), b.rank());
        int[] out = new int[rank];
        for (int i = 1; i <= rank; i++) {
            int x = i <= a.rank() ? a.dim(-i) : 1;
            int y = i <= b.rank() ? b.dim(-i) : 1;
            if (x != y && x != 1 && y != 1)
                throw TunebookException.of("Graph." + operation, "shapes do not fit", a + " and " + b, "axes must be equal or 1, counted from the last");
            out[rank - i] = x == 1 ? y : x;
        }
        return Shape.of(out);
    }
}
