package tunebook.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import tunebook.tensor.DType;
import tunebook.tensor.TunebookException;

/// Reverse-mode gradients, from graph to graph: walks the nodes backwards and adds up cotangents.
///
/// Cotangents are F32 whatever the element type of the value, so that bf16 arithmetic forward does not round gradients.
/// Rules follow Griewank & Walther, "Evaluating Derivatives" (2008), chapter 3; each is one case of [#rule].
public final class Gradients {
    private final Graph graph;
    private final Set<Tensor.Node> needed = new HashSet<>();
    private final Map<Tensor, Tensor> cotangents = new HashMap<>();
    /// Nodes of checkpointed layers, as computed again.
    private final Map<Tensor.Node, Tensor.Node> again = new HashMap<>();

    private Gradients(Graph graph) {
        this.graph = graph;
    }

    /// The gradient of the scalar `loss` (F32) with respect to each of `targets`, as F32 tensors of their shapes.
    /// A target the loss does not depend on is an error: training it would do nothing.
    public static List<Tensor> of(Tensor loss, Collection<Tensor> targets) {
        if (loss.rank() != 0 || loss.dtype() != DType.F32)
            throw TunebookException.of("Gradients.of", "loss is not an F32 scalar", loss.toString(), "reduce it to one number");
        Gradients g = new Gradients(loss.graph());
        g.run(loss, targets);
        return targets.stream().map(t -> g.result(t, loss)).toList();
    }

    private Tensor result(Tensor target, Tensor loss) {
        Tensor c = cotangents.get(target);
        if (c == null)
            throw TunebookException.of("Gradients.of", "the loss does not depend on a target",
                target.op() instanceof Op.Parameter p ? p.name() : target.toString(), "remove it from the trainable parameters or use it in " + loss);
        return c;
    }

    private void run(Tensor loss, Collection<Tensor> targets) {
        List<Tensor.Node> forward = List.copyOf(graph.nodes().subList(0, loss.node().id() + 1));
        targets.forEach(t -> needed.add(t.node()));
        for (Tensor.Node n : forward)
            if (n.inputs().stream().anyMatch(i -> needed.contains(i.node()))) needed.add(n);
        List<Graph.Checkpoint> regions = new ArrayList<>(graph.checkpoints());
        cotangents.put(loss, graph.scalar(1));
        for (int i = forward.size() - 1; i >= 0; i--) {
            while (!regions.isEmpty() && regions.getLast().to() > i) recompute(regions.removeLast(), forward);
            Tensor.Node n = forward.get(i);
            if (needed.contains(n)) backward(n);
        }
    }

    private void backward(Tensor.Node n) {
        for (int k = 0; k < n.types().size(); k++) {
            Tensor dy = cotangents.get(new Tensor(n, k));
            if (dy == null) continue;
            if (n.types().size() > 1 && !(n.op() instanceof Op.Barrier))
                throw TunebookException.of("Gradients.of", "no gradient through " + n, n.types().toString(), "give it one with Graph.withGradient");
            List<Tensor> parts = rule(again.getOrDefault(n, n), k, dy);
            for (int i = 0; i < parts.size(); i++) {
                Tensor target = n.inputs().get(n.op() instanceof Op.CustomGradient ? i + 1 : n.op() instanceof Op.Barrier ? k : i);
                if (needed.contains(target.node())) cotangents.merge(target, parts.get(i), Tensor::add);
            }
        }
    }

    /// Builds the nodes of a checkpointed layer once more, behind a barrier that waits for the layer's cotangents.
    private void recompute(Graph.Checkpoint region, List<Tensor.Node> forward) {
        Set<Tensor> held = new LinkedHashSet<>();
        List<Tensor> arrived = new ArrayList<>();
        for (Tensor.Node n : forward.subList(region.from(), Math.min(region.to(), forward.size()))) {
            for (Tensor in : n.inputs())
                if (in.node().id() < region.from() && !in.node().inputs().isEmpty()) held.add(in);
            for (Tensor out : Graph.all(n)) if (cotangents.containsKey(out)) arrived.add(out);
        }
        List<Tensor> values = new ArrayList<>(held);
        arrived.forEach(t -> values.add(cotangents.get(t)));
        List<Tensor> apart = graph.barrier(values);
        Map<Tensor, Tensor> moved = new HashMap<>();
        List<Tensor> keys = List.copyOf(held);
        IntStream.range(0, keys.size()).forEach(i -> moved.put(keys.get(i), apart.get(i)));
        IntStream.range(0, arrived.size()).forEach(i -> cotangents.put(arrived.get(i), apart.get(keys.size() + i)));
        for (Tensor.Node n : forward.subList(region.from(), Math.min(region.to(), forward.size()))) {
            Tensor.Node copy = graph.nodeOf(n.op(), n.inputs().stream().map(t -> moved.getOrDefault(t, t)).toList(), n.types());
            again.put(n, copy);
            for (int k = 0; k < n.types().size(); k++) moved.put(new Tensor(n, k), new Tensor(copy, k));
        }
    }

    /// Cotangents of the inputs of `n`, in order, from the cotangent `dy` of its result `k`. Inputs without a gradient are last and left out.
    private List<Tensor> rule(Tensor.Node n, int k, Tensor dy) {
        List<Tensor> in = n.inputs();
        Tensor y = new Tensor(n, k);
        return switch (n.op()) {
            case Op.Unary u -> List.of(unary(u.kind(), in.getFirst(), y, dy));
            case Op.Binary b -> binary(b.kind(), in.get(0), in.get(1), y, dy);
            case Op.Select _ -> List.of(zerosLike(dy), in.getFirst().select(dy, zerosLike(dy)), in.getFirst().select(zerosLike(dy), dy));
            case Op.Convert _ -> List.of(dy);
            case Op.Broadcast b -> List.of(unbroadcast(b, in.getFirst(), dy));
            case Op.Reshape _ -> List.of(dy.reshape(in.getFirst().shape().toArray()));
            case Op.Transpose t -> List.of(dy.transpose(inverse(t.axes())));
            case Op.Reduce r -> List.of(reduce(r, in.getFirst(), y, dy));
            case Op.Dot d -> List.of(OpsDot.gradient(d, in.get(0), in.get(1), dy, true), OpsDot.gradient(d, in.get(1), in.get(0), dy, false));
            case Op.Slice s -> List.of(OpsShape.pad(dy, s.starts(), remainder(in.getFirst(), s.limits())));
            case Op.Pad p -> List.of(unpad(p, in.getFirst(), dy));
            case Op.Concat c -> split(c.axis(), in, dy);
            case Op.TakeRows _ -> List.of(OpsIndex.addRows(floatZeros(in.getFirst()), in.get(1), dy));
            case Op.AddRows _ -> List.of(dy, zerosLike(dy), dy.takeRows(in.get(1)));
            case Op.DynamicSlice _ -> List.of(OpsIndex.dynamicUpdate(floatZeros(in.getFirst()), dy, in.subList(1, in.size())));
            case Op.DynamicUpdate _ -> List.of(
                OpsIndex.dynamicUpdate(dy, floatZeros(in.get(1)), in.subList(2, in.size())),
                OpsIndex.dynamicSlice(dy, in.subList(2, in.size()), in.get(1).shape().toArray()));
            case Op.Barrier _ -> List.of(dy);
            case Op.CustomGradient c -> custom(c, in, dy);
            case Op.Bitcast _, Op.Compare _ -> List.of();
            case Op.Parameter _, Op.Constant _, Op.Literal _, Op.Iota _ -> List.of();
            case Op.While _, Op.RandomBits _, Op.SortDescending _, Op.StreamedDot _ ->
                throw TunebookException.of("Gradients.of", "no gradient through " + n, n.types().toString(), "give it one with Graph.withGradient");
        };
    }

    /// A hand-written rule gets the cotangent and what was kept from behind a barrier: what it computes from them is then computed again, and not kept since
    /// the forward pass where that computed the same.
    private List<Tensor> custom(Op.CustomGradient c, List<Tensor> in, Tensor dy) {
        List<Tensor> kept = in.subList(1 + c.sources(), in.size());
        List<Tensor> held = new ArrayList<>(List.of(dy));
        kept.stream().filter(t -> !t.node().inputs().isEmpty()).distinct().forEach(held::add);
        List<Tensor> apart = graph.barrier(held);
        return c.rule().apply(apart.getFirst(), kept.stream().map(t -> held.contains(t) ? apart.get(held.lastIndexOf(t)) : t).toList());
    }

    private static Tensor unary(Op.UnaryKind kind, Tensor x, Tensor value, Tensor dy) {
        Tensor y = value.dtype() == DType.BOOL ? value : value.to(DType.F32);
        return switch (kind) {
            case NEG -> dy.neg();
            case EXP -> dy.mul(y);
            case LOG -> dy.div(x.to(DType.F32));
            case LOG1P -> dy.div(x.to(DType.F32).add(1));
            case TANH -> dy.mul(y.mul(y).neg().add(1));
            case RSQRT -> dy.mul(y.mul(y).mul(y).mul(-0.5));
            case SQRT -> dy.mul(0.5).div(y);
            case ABS -> x.to(DType.F32).lt(floatZeros(x)).select(dy.neg(), dy);
            case COS -> dy.mul(x.to(DType.F32).sin()).neg();
            case SIN -> dy.mul(x.to(DType.F32).cos());
            case LOGISTIC -> dy.mul(y.mul(y.neg().add(1)));
            case NOT, FINITE -> throw TunebookException.of("Gradients.of", "no gradient through " + kind, x.toString(), "use it for conditions only");
        };
    }

    private static List<Tensor> binary(Op.BinaryKind kind, Tensor left, Tensor right, Tensor value, Tensor dy) {
        Tensor a = left.to(DType.F32);
        Tensor b = right.to(DType.F32);
        return switch (kind) {
            case ADD -> List.of(dy, dy);
            case SUB -> List.of(dy, dy.neg());
            case MUL -> List.of(dy.mul(b), dy.mul(a));
            case DIV -> List.of(dy.div(b), dy.mul(value.to(DType.F32)).div(b).neg());
            case MAX -> List.of(a.ge(b).select(dy, zerosLike(dy)), a.ge(b).select(zerosLike(dy), dy));
            case MIN -> List.of(a.le(b).select(dy, zerosLike(dy)), a.le(b).select(zerosLike(dy), dy));
            case POW -> List.of(dy.mul(b).mul(a.pow(b.sub(1))), dy.mul(value.to(DType.F32)).mul(a.log()));
            case REM, AND, OR, SHIFT_RIGHT ->
                throw TunebookException.of("Gradients.of", "no gradient through " + kind, left + " and " + right, "use it for conditions and indices only");
        };
    }

    private static Tensor reduce(Op.Reduce r, Tensor x, Tensor y, Tensor dy) {
        int[] kept = IntStream.range(0, x.rank()).filter(i -> !r.axes().contains(i)).toArray();
        Tensor spread = OpsShape.broadcast(dy, x.shape(), kept);
        return switch (r.kind()) {
            case SUM -> spread;
            case MAX, MIN -> { // shared equally among ties
                Tensor hit = x.eq(OpsShape.broadcast(y, x.shape(), kept));
                Tensor ones = hit.to(DType.F32);
                Tensor count = OpsShape.broadcast(Ops.reduce(Op.ReduceKind.SUM, ones, r.axes().stream().mapToInt(i -> i).toArray()), x.shape(), kept);
                yield spread.mul(ones).div(count);
            }
            case AND -> throw TunebookException.of("Gradients.of", "no gradient through AND", x.toString(), "use it for conditions only");
        };
    }

    private static Tensor unbroadcast(Op.Broadcast b, Tensor x, Tensor dy) {
        int[] over = IntStream.range(0, dy.rank()).filter(i -> !b.axes().contains(i) || x.dim(b.axes().indexOf(i)) != dy.dim(i)).toArray();
        return (over.length == 0 ? dy : dy.sum(over)).reshape(x.shape().toArray());
    }

    private static Tensor unpad(Op.Pad p, Tensor x, Tensor dy) {
        Tensor out = dy;
        for (int i = 0; i < x.rank(); i++) out = out.slice(i, p.low().get(i), p.low().get(i) + x.dim(i));
        return out;
    }

    private static List<Tensor> split(int axis, List<Tensor> parts, Tensor dy) {
        List<Tensor> out = new ArrayList<>();
        int at = 0;
        for (Tensor p : parts) {
            out.add(dy.slice(axis, at, at + p.dim(axis)));
            at += p.dim(axis);
        }
        return out;
    }

    private static List<Integer> remainder(Tensor x, List<Integer> limits) {
        return IntStream.range(0, x.rank()).mapToObj(i -> x.dim(i) - limits.get(i)).toList();
    }

    private static int[] inverse(List<Integer> axes) {
        int[] out = new int[axes.size()];
        for (int i = 0; i < out.length; i++) out[axes.get(i)] = i;
        return out;
    }

    private static Tensor zerosLike(Tensor t) {
        return t.graph().zeros(t.type());
    }

    private static Tensor floatZeros(Tensor t) {
        return t.graph().full(DType.F32, 0, t.shape().toArray());
    }
}
