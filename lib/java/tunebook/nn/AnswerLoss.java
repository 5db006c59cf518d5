package tunebook.nn;

import java.util.ArrayList;
import java.util.List;
import tunebook.graph.Graph;
import tunebook.graph.OpsDot;
import tunebook.graph.OpsIndex;
import tunebook.graph.OpsShape;
import tunebook.graph.Tensor;
import tunebook.tensor.DType;

/// The language-model head and its cross entropy, for learned tokens only and in chunks of them.
///
/// Each chunk's logits live in one trip of a loop, which also computes their gradient, so that no [tokens, V] tensor exists and the backward pass
/// multiplies what is kept by one number. (The idea is the fused linear cross entropy of Hsu et al. 2024, Liger Kernel, section 3.2.)
public final class AnswerLoss {
    private AnswerLoss() {}

    /// Most tokens of one chunk: enough rows for products to be fast, few enough to keep [chunk, V] small.
    private static final int CHUNK = 192;

    /// What the loss is asked for besides its value.
    public enum Gradient {
        /// Nothing: evaluation.
        NONE,
        /// The gradient of the hidden states.
        HIDDEN,
        /// Also that of the head's weight.
        HIDDEN_AND_HEAD
    }

    /// The smallest capacity for `learned` tokens that splits into equal chunks.
    public static int capacity(int learned) {
        int chunks = Math.max(1, Math.ceilDiv(learned, CHUNK));
        return chunks * Math.ceilDiv(Math.max(1, learned), chunks * 16) * 16;
    }

    /// The sum over learned tokens of `weight * -log p(target)`, in nats.
    ///
    /// @param hidden    [T, D] F32, final hidden states
    /// @param embedding [V, D], the head's weight
    /// @param positions [A] I32, the hidden states that predict a learned token; A is a [#capacity]
    /// @param targets   [A] I32, the token each predicts
    /// @param weights   [A] F32, 1 for learned, 0 for filling
    /// @param gradient  what a backward pass will ask for
    public static Tensor sum(Compute compute, Tensor hidden, Tensor embedding, Tensor positions, Tensor targets, Tensor weights, Gradient gradient) {
        Graph g = hidden.graph();
        Tensor x = hidden.takeRows(positions);
        int chunk = x.dim(0) / Math.ceilDiv(x.dim(0), CHUNK);
        Tensor e = embedding.to(compute.dot());
        List<Tensor> carried = new ArrayList<>(List.of(g.scalar(0)));
        if (gradient != Gradient.NONE) carried.add(g.full(DType.F32, 0, x.shape().toArray()));
        if (gradient == Gradient.HIDDEN_AND_HEAD) carried.add(g.full(DType.F32, 0, embedding.shape().toArray()));
        List<Tensor> out = OpsIndex.repeat(x.dim(0) / chunk, List.of(x.to(compute.dot()), e, targets, weights), carried,
            (i, s) -> chunk(i.mul(chunk), chunk, s));
        int gradients = out.size() - 1;
        List<Tensor> sources = new ArrayList<>(List.of(x, embedding).subList(0, gradients));
        sources.addAll(out.subList(1, out.size()));
        return g.withGradient(out.getFirst(), sources, (dy, _, s) -> s.subList(gradients, 2 * gradients).stream().map(d -> d.mul(dy)).toList());
    }

    /// s: x [A, D], e [V, D], targets [A], weights [A]; carried: loss and, as far as asked for, dx [A, D] and de [V, D].
    private static List<Tensor> chunk(Tensor at, int chunk, List<Tensor> s) {
        Tensor zero = at.graph().scalar(DType.I32, 0);
        Tensor x = OpsIndex.dynamicSlice(s.get(0), List.of(at, zero), chunk, s.get(0).dim(1));
        Tensor e = s.get(1);
        Tensor target = OpsIndex.dynamicSlice(s.get(2), List.of(at), chunk).reshape(chunk, 1);
        Tensor weight = OpsIndex.dynamicSlice(s.get(3), List.of(at), chunk).reshape(chunk, 1);
        Tensor logits = OpsDot.linear(x, e); // [chunk, V]
        Tensor top = logits.max(1).reshape(chunk, 1);
        Tensor exp = logits.sub(top).exp();
        Tensor sum = exp.sum(1).reshape(chunk, 1);
        Tensor hit = at.graph().iota(DType.I32, 1, chunk, e.dim(0)).eq(target);
        Tensor none = at.graph().full(DType.F32, 0, chunk, e.dim(0));
        Tensor picked = hit.select(logits, none).sum(1).reshape(chunk, 1);
        Tensor loss = top.add(sum.log()).sub(picked).mul(weight).sum(0, 1);
        List<Tensor> next = new ArrayList<>(List.of(s.get(4).add(loss)));
        Tensor d = exp.div(sum).sub(hit.to(DType.F32)).mul(weight).to(x.dtype()); // [chunk, V]
        if (s.size() > 5) next.add(OpsIndex.dynamicUpdate(s.get(5), OpsDot.matmul(d, e), List.of(at, zero)));
        if (s.size() > 6) next.add(s.get(6).add(OpsDot.dot(d, x, List.of(), List.of(), List.of(0), List.of(0))));
        return next;
    }
}
