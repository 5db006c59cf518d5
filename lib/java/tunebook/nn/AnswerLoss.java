package tunebook.nn;

import java.util.ArrayList;
import java.util.List;
import tunebook.graph.Graph;
import tunebook.graph.OpsDot;
import tunebook.graph.OpsIndex;
import tunebook.graph.Tensor;
import tunebook.tensor.DType;

/// The language-model head and its cross entropy, for learned tokens only and in blocks of the vocabulary.
///
/// A block's logits live in one trip of a loop, so that no [tokens, V] tensor exists. Softmax sums and the softmax-weighted mean of the head's
/// rows are carried from block to block and scaled whenever a greater logit turns up, as FlashAttention does with keys and values (Dao et al. 2022, algorithm
/// 1): the gradient of the hidden states is that mean less the target's row, and costs no second look at the logits.
public final class AnswerLoss {
    private AnswerLoss() {}

    /// Most logits of one block.
    private static final int LOGITS = 1 << 22;
    /// Rows of a block: enough for products to be fast, few enough for the rows to stay in a core's cache.
    private static final int LEAST = 512;
    private static final int MOST = 8192;

    /// What the loss is asked for besides its value.
    public enum Gradient {
        /// Nothing: evaluation.
        NONE,
        /// The gradient of the hidden states.
        HIDDEN,
        /// Also that of the head's weight.
        HIDDEN_AND_HEAD
    }

    /// Slots for `learned` tokens: products want a multiple of 16.
    public static int capacity(int learned) {
        return Math.ceilDiv(Math.max(1, learned), 16) * 16;
    }

    /// The sum over learned tokens of `weight * -log p(target)`, in nats.
    ///
    /// @param hidden    [A, D] F32, the final hidden states that predict a learned token
    /// @param embedding [V, D], the head's weight
    /// @param targets   [A] I32, the token each predicts
    /// @param weights   [A] F32, 1 for learned, 0 for filling
    /// @param gradient  what a backward pass will ask for
    public static Tensor sum(Compute compute, Tensor hidden, Tensor embedding, Tensor targets, Tensor weights, Gradient gradient) {
        int a = hidden.dim(0);
        Tensor weight = weights.reshape(a, 1);
        Blocks blocks = new Blocks(compute.dot(), embedding.dim(0), Math.clamp(LOGITS / a / LEAST * LEAST, LEAST, MOST));
        Softmax softmax = blocks.softmax(hidden, embedding, targets.reshape(a, 1), gradient != Gradient.NONE);
        Tensor loss = softmax.top().add(softmax.sum().log()).sub(softmax.picked()).mul(weight).sum(0, 1);
        if (gradient == Gradient.NONE) return loss;
        Tensor target = Embedding.rows(embedding, targets).to(DType.F32);
        Tensor dx = softmax.mean().sub(target.mul(softmax.others())).div(softmax.sum()).mul(weight);
        if (gradient == Gradient.HIDDEN) return hidden.graph().withGradient(loss, List.of(hidden), List.of(dx), (dy, kept) -> List.of(kept.getFirst().mul(dy)));
        Tensor de = blocks.headGradient(hidden, embedding, targets.reshape(a, 1), softmax, weight);
        return hidden.graph().withGradient(loss, List.of(hidden, embedding), List.of(dx, de), (dy, kept) -> List.of(kept.get(0).mul(dy), kept.get(1).mul(dy)));
    }

    /// Of one row of logits each, [A, 1] F32.
    ///
    /// @param top    the greatest logit
    /// @param sum    sum of exp(logit - top)
    /// @param picked the target's logit
    /// @param others `sum` without the target's
    /// @param mean   [A, D], sum of exp(logit - top) times the head's row, without the target's; not set for evaluation
    private record Softmax(Tensor top, Tensor sum, Tensor picked, Tensor others, Tensor mean) {}

    /// @param dot  operand type of products
    /// @param rows rows of the head in a block
    private record Blocks(DType dot, int vocabulary, int rows) {
        Blocks {
            rows = Math.min(rows, vocabulary);
        }

        Softmax softmax(Tensor x, Tensor embedding, Tensor targets, boolean mean) {
            Graph g = x.graph();
            int a = x.dim(0);
            Tensor zero = g.full(DType.F32, 0, a, 1);
            List<Tensor> carried = new ArrayList<>(List.of(g.full(DType.F32, -1e30, a, 1), zero, zero, zero));
            if (mean) carried.add(g.full(DType.F32, 0, x.shape().toArray()));
            List<Tensor> out = OpsIndex.repeat(Math.ceilDiv(vocabulary, rows), List.of(x.to(dot), embedding, targets), carried, this::add);
            return new Softmax(out.get(0), out.get(1), out.get(2), out.get(3), out.getLast());
        }

        /// s: x [A, D], embedding [V, D], targets [A, 1], then the carried fields of [Softmax].
        private List<Tensor> add(Tensor block, List<Tensor> s) {
            Tensor e = head(s.get(1), block);
            Tensor logits = OpsDot.linear(s.get(0), e);
            Tensor column = columns(block, logits.dim(0));
            Tensor hit = column.eq(s.get(2));
            if (vocabulary % rows > 0) { // the last block holds rows of the one before
                Tensor fresh = column.ge(block.mul(rows).broadcastTo(logits.shape().toArray()));
                logits = fresh.select(logits, logits.graph().full(DType.F32, -1e30, logits.shape().toArray()));
                hit = hit.and(fresh);
            }
            Tensor none = logits.graph().zeros(logits.type());
            Tensor top = s.get(3).max(rowwise(logits.max(1)));
            Tensor scale = s.get(3).sub(top).exp();
            Tensor exp = logits.sub(top).exp();
            Tensor others = hit.select(none, exp);
            List<Tensor> next = new ArrayList<>(List.of(top, s.get(4).mul(scale).add(rowwise(exp.sum(1))),
                s.get(5).add(rowwise(hit.select(logits, none).sum(1))), s.get(6).mul(scale).add(rowwise(others.sum(1)))));
            if (s.size() > 7) next.add(s.get(7).mul(scale).add(OpsDot.matmul(others.to(dot), e)));
            return next;
        }

        /// [V, D] F32: the gradient of the head's weight.
        Tensor headGradient(Tensor x, Tensor embedding, Tensor targets, Softmax softmax, Tensor weight) {
            List<Tensor> invariants = List.of(x.to(dot), embedding, targets, softmax.top(), softmax.sum(), weight);
            Tensor zeros = x.graph().full(DType.F32, 0, embedding.shape().toArray());
            return OpsIndex.repeat(Math.ceilDiv(vocabulary, rows), invariants, List.of(zeros), (block, s) -> {
                Tensor p = OpsDot.linear(s.get(0), head(s.get(1), block)).sub(s.get(3)).exp().div(s.get(4));
                Tensor d = p.sub(columns(block, x.dim(0)).eq(s.get(2)).to(DType.F32)).mul(s.get(5)).to(dot);
                Tensor part = OpsDot.dot(d, s.get(0), List.of(), List.of(), List.of(0), List.of(0));
                return List.of(OpsIndex.dynamicUpdate(s.get(6), part, List.of(start(block), block.graph().scalar(DType.I32, 0))));
            }).getFirst();
        }

        /// The block's first row. The last block starts early enough to be whole.
        private Tensor start(Tensor block) {
            return block.mul(rows).min(block.graph().scalar(DType.I32, vocabulary - rows));
        }

        private Tensor head(Tensor embedding, Tensor block) {
            Tensor zero = block.graph().scalar(DType.I32, 0);
            // Behind the barrier, so that no other form of the whole table is made before the loop.
            Tensor table = block.graph().barrier(List.of(embedding, block)).getFirst();
            return Moved.dynamicSlice(table, List.of(start(block), zero), rows, embedding.dim(1)).to(dot);
        }

        private Tensor columns(Tensor block, int a) {
            return block.graph().iota(DType.I32, 1, a, rows).add(start(block).broadcastTo(a, rows));
        }

        private static Tensor rowwise(Tensor x) {
            return x.reshape(x.dim(0), 1);
        }
    }
}
