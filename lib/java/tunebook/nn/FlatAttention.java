package tunebook.nn;

import java.util.ArrayList;
import java.util.List;
import tunebook.graph.Graph;
import tunebook.graph.OpsDot;
import tunebook.graph.OpsIndex;
import tunebook.graph.OpsShape;
import tunebook.graph.Tensor;
import tunebook.tensor.DType;

/// Causal attention within documents that stand end to end on one token axis.
///
/// Queries are taken in blocks, and for each of them the blocks of keys from the start of its first document (or of the window) to its own end, which hold
/// every key that it sees: what is not seen costs nothing. Scores exist for one pair of blocks at a time, forward and backward (FlashAttention, Dao et al.
/// 2022, algorithms 1 and 4): kept are the result and the log of each softmax sum. All query heads of one key/value head are rows of one two-dimensional
/// product. The backward pass works on transposed scores, so that each of its products has a form that XLA's CPU compiler runs fast.
public final class FlatAttention implements Attention {
    private static final int BLOCK = 256;

    private final Compute compute;
    private final Tensor segments;
    private final Tensor positions;
    private final int block;

    /// @param segments  [T] I32, the document of each token; tokens see tokens of equal segment only
    /// @param positions [T] I32, position within the document, rising by one
    public FlatAttention(Compute compute, Tensor segments, Tensor positions) {
        this.compute = compute;
        this.segments = segments;
        this.positions = positions;
        this.block = blockSize(segments.dim(0));
    }

    @Override
    public List<Tensor> reads() {
        return List.of(segments, positions);
    }

    @Override
    public Attention over(List<Tensor> reads) {
        return new FlatAttention(compute, reads.get(0), reads.get(1));
    }

    /// Tokens of a block: as few blocks as there can be of at most 256, equally large but for rounding to a multiple of 16. The last one overlaps the one before.
    static int blockSize(int tokens) {
        int blocks = Math.ceilDiv(tokens, BLOCK);
        return Math.min(tokens, Math.ceilDiv(Math.ceilDiv(tokens, blocks), 16) * 16);
    }

    @Override
    public Tensor apply(int layer, Tensor q, Tensor k, Tensor v, Tensor window) {
        Pairs pairs = new Pairs(compute.dot(), q.dim(0), block, k.dim(1), q.dim(1) / k.dim(1), q.dim(2));
        List<Tensor> inputs = List.of(pairs.bits(flat(q)), pairs.bits(flat(k)), pairs.bits(flat(v)), segments, positions, window);
        List<Tensor> out = pairs.forward(inputs);
        List<Tensor> kept = new ArrayList<>(inputs);
        kept.addAll(out);
        return q.graph().withGradient(pairs.wide(out.getFirst()), List.of(q, k, v), kept, (dy, s) -> pairs.backward(s, dy));
    }

    private static Tensor flat(Tensor x) {
        return x.reshape(x.dim(0), x.dim(1) * x.dim(2));
    }

    /// Arrays of operands are held as 16-bit integers where they are BF16: XLA's CPU compiler slices and updates those in place.
    ///
    /// @param dot    operand type of products
    /// @param tokens T
    /// @param block  queries, and keys, of a block
    /// @param heads  key/value heads, K
    /// @param group  query heads of one key/value head
    /// @param h      H
    private record Pairs(DType dot, int tokens, int block, int heads, int group, int h) {
        private static final double UNSEEN = -1e30;

        /// inputs: q [T, N*H], k [T, K*H], v [T, K*H] as [#bits], segments [T], positions [T], window → result [T, N*H] as [#bits], log sums [T, N] F32
        List<Tensor> forward(List<Tensor> inputs) {
            Graph g = inputs.getFirst().graph();
            List<Tensor> carried = List.of(g.zeros(inputs.getFirst().type()), g.full(DType.F32, 0, tokens, heads * group));
            return OpsIndex.repeat(blocks(), inputs, carried, (i, s) -> {
                Tensor at = start(i);
                List<Tensor> results = new ArrayList<>();
                List<Tensor> logs = new ArrayList<>();
                for (int head = 0; head < heads; head++) {
                    List<Tensor> softmax = softmax(i, at, s, head);
                    results.add(bits(softmax.get(2).div(softmax.get(1))).reshape(block, group * h));
                    logs.add(softmax.get(0).add(softmax.get(1).log()).reshape(block, group));
                }
                return List.of(write(s.get(6), OpsShape.concat(1, results), at), write(s.get(7), OpsShape.concat(1, logs), at));
            });
        }

        /// Of the queries of block `i`, which starts at `at`: greatest score and sum of exp(score - greatest) [block * group, 1], and the weighted sum of values
        /// [block * group, h] before division.
        private List<Tensor> softmax(Tensor i, Tensor at, List<Tensor> s, int head) {
            Graph g = at.graph();
            int rows = block * group;
            Tensor queries = queries(s.get(0), at, head);
            Tensor segments = piece(s.get(3), at);
            List<Tensor> invariants = List.of(queries, s.get(1), s.get(2), s.get(3), segments, at, s.get(5));
            List<Tensor> carried = List.of(g.full(DType.F32, UNSEEN, rows, 1), g.full(DType.F32, 0, rows, 1), g.full(DType.F32, 0, rows, h));
            return OpsIndex.repeat(first(s.get(4), s.get(5), at), i, invariants, carried, (j, p) -> {
                Tensor keysAt = start(j);
                Tensor seen = seen(p.get(4).reshape(block, 1), p.get(5), 0, piece(p.get(3), keysAt).reshape(1, block), keysAt, j, p.get(6));
                Tensor scores = OpsDot.linear(p.get(0), keys(p.get(1), keysAt, head));
                Tensor mask = seen.reshape(block, 1, block).broadcastTo(block, group, block).reshape(rows, block);
                Tensor masked = mask.select(scores, scores.graph().full(DType.F32, UNSEEN, rows, block));
                Tensor top = p.get(7).max(masked.max(1).reshape(rows, 1));
                Tensor scale = p.get(7).sub(top).exp();
                Tensor e = masked.sub(top).exp();
                Tensor values = OpsDot.matmul(e.to(dot), keys(p.get(2), keysAt, head));
                return List.of(top, p.get(8).mul(scale).add(e.sum(1).reshape(rows, 1)), p.get(9).mul(scale).add(values));
            });
        }

        /// kept: the inputs of [#forward], then its two results → cotangents of q [T, N, H], k [T, K, H], v [T, K, H], F32
        List<Tensor> backward(List<Tensor> kept, Tensor dy) {
            Graph g = dy.graph();
            Tensor delta = dy.mul(wide(kept.get(6))).reshape(tokens, heads * group, h).sum(2); // [T, N]
            List<Tensor> invariants = new ArrayList<>(kept.subList(0, 6));
            invariants.addAll(List.of(bits(dy), kept.get(7), delta, kept.get(1).transpose(1, 0)));
            Tensor zeros = g.full(DType.F32, 0, tokens, heads * h);
            List<Tensor> out = OpsIndex.repeat(blocks(), invariants, List.of(g.full(DType.F32, 0, tokens, heads * group * h), zeros, zeros), (i, s) -> {
                Tensor at = start(i);
                List<Tensor> dq = new ArrayList<>();
                Tensor dk = s.get(11);
                Tensor dv = s.get(12);
                for (int head = 0; head < heads; head++) {
                    List<Tensor> shares = cotangents(i, at, s, dk, dv, head);
                    dq.add(shares.get(0).transpose(1, 0).reshape(block, group * h));
                    dk = shares.get(1);
                    dv = shares.get(2);
                }
                return List.of(write(s.get(10), newRows(s.get(10), OpsShape.concat(1, dq), at, i), at), dk, dv);
            });
            return out.stream().map(x -> x.reshape(tokens, x.dim(1) / h, h)).toList();
        }

        /// Of the queries of block `i`: their cotangent, transposed [h, block * group], and those of keys and values with this block's share.
        private List<Tensor> cotangents(Tensor i, Tensor at, List<Tensor> s, Tensor dk, Tensor dv, int head) {
            int rows = block * group;
            List<Tensor> invariants = List.of(queries(s.get(0), at, head), s.get(1), s.get(2), s.get(3), piece(s.get(3), at), at, i, queries(s.get(6), at, head),
                perQuery(s.get(7), at, head), perQuery(s.get(8), at, head), s.get(9), s.get(5));
            List<Tensor> carried = List.of(at.graph().full(DType.F32, 0, h, rows), dk, dv);
            return OpsIndex.repeat(first(s.get(4), s.get(5), at), i, invariants, carried, (j, p) -> {
                Tensor keysAt = start(j);
                Tensor q = p.get(0);
                Tensor dOut = p.get(7);
                Tensor seen = seen(p.get(4).reshape(1, block), p.get(5), 1, piece(p.get(3), keysAt).reshape(block, 1), keysAt, j, p.get(11)).and(fresh(p.get(5), p.get(6), 1));
                Tensor mask = seen.reshape(block, block, 1).broadcastTo(block, block, group).reshape(block, rows);
                Tensor scores = OpsDot.linear(keys(p.get(1), keysAt, head), q); // [block, rows]
                Tensor e = scores.sub(p.get(8)).exp();
                Tensor probability = mask.select(e, e.graph().zeros(e.type()));
                Tensor ds = probability.mul(OpsDot.linear(keys(p.get(2), keysAt, head), dOut).sub(p.get(9))).to(dot);
                Tensor turned = operand(p.get(10), j.graph().scalar(DType.I32, head * h), keysAt, h, block);
                return List.of(p.get(12).add(OpsDot.matmul(turned, ds)), addAt(p.get(13), OpsDot.matmul(ds, q), keysAt, head),
                    addAt(p.get(14), OpsDot.matmul(probability.to(dot), dOut), keysAt, head));
            });
        }

        private int blocks() {
            return Math.ceilDiv(tokens, block);
        }

        /// The first token of block `i`. The last block starts early enough to be whole.
        private Tensor start(Tensor i) {
            return i.mul(block).min(i.graph().scalar(DType.I32, tokens - block));
        }

        /// The first block that holds a key which the queries from `at` on see.
        private Tensor first(Tensor positions, Tensor window, Tensor at) {
            Tensor document = at.sub(OpsIndex.dynamicSlice(positions, List.of(at), 1).reshape());
            return document.max(at.sub(window).add(1)).div(at.graph().scalar(DType.I32, block));
        }

        /// [block, block] BOOL: which of the keys of block `j`, those of the block before left out, each query sees.
        ///
        /// @param axis of the result, along which queries stand
        private Tensor seen(Tensor querySegments, Tensor queriesAt, int axis, Tensor keySegments, Tensor keysAt, Tensor j, Tensor window) {
            Tensor query = at(queriesAt, axis);
            Tensor key = at(keysAt, 1 - axis);
            Tensor back = query.sub(key);
            return querySegments.eq(keySegments).and(back.ge(back.graph().scalar(DType.I32, 0))).and(back.lt(window)).and(fresh(keysAt, j, 1 - axis));
        }

        /// [block, block] BOOL: whether the token at this place of block `i` along `axis`, which starts at `at`, is not in the block before.
        private Tensor fresh(Tensor at, Tensor i, int axis) {
            return at(at, axis).ge(i.mul(block));
        }

        /// [block, block] I32: `start` and up along `axis`.
        private Tensor at(Tensor start, int axis) {
            return start.graph().iota(DType.I32, axis, block, block).add(start);
        }

        /// `part`, with what `whole` holds already where the block before wrote it.
        private Tensor newRows(Tensor whole, Tensor part, Tensor at, Tensor i) {
            if (tokens % block == 0) return part;
            Tensor fresh = at.graph().iota(DType.I32, 0, part.shape().toArray()).add(at).ge(i.mul(block));
            return fresh.select(part, OpsIndex.dynamicSlice(whole, starts(whole, at), part.shape().toArray()));
        }

        /// Rows of a block, the query heads of key/value head `head` folded into them: [block * group, h].
        private Tensor queries(Tensor x, Tensor at, int head) {
            return operand(x, at, at.graph().scalar(DType.I32, head * group * h), block, group * h).reshape(block * group, h);
        }

        private Tensor keys(Tensor x, Tensor at, int head) {
            return operand(x, at, at.graph().scalar(DType.I32, head * h), block, h);
        }

        private Tensor perQuery(Tensor x, Tensor at, int head) {
            return OpsIndex.dynamicSlice(x, List.of(at, at.graph().scalar(DType.I32, head * group)), block, group).reshape(1, block * group);
        }

        private Tensor piece(Tensor x, Tensor at) {
            return OpsIndex.dynamicSlice(x, List.of(at), block);
        }

        private static Tensor write(Tensor x, Tensor part, Tensor at) {
            return OpsIndex.dynamicUpdate(x, part, starts(x, at));
        }

        private Tensor addAt(Tensor x, Tensor part, Tensor at, int head) {
            List<Tensor> starts = List.of(at, at.graph().scalar(DType.I32, head * h));
            return OpsIndex.dynamicUpdate(x, OpsIndex.dynamicSlice(x, starts, block, h).add(part), starts);
        }

        private static List<Tensor> starts(Tensor x, Tensor at) {
            return List.of(at, at.graph().scalar(DType.I32, 0));
        }

        /// `x` F32 as operands of products, those in BF16 as 16-bit integers.
        Tensor bits(Tensor x) {
            return dot == DType.BF16 ? x.to(dot).bitcast(DType.U16) : x.to(dot);
        }

        /// The reverse of [#bits].
        Tensor wide(Tensor bits) {
            return bits.bitcast(dot).to(DType.F32);
        }

        private Tensor operand(Tensor bits, Tensor row, Tensor column, int rows, int columns) {
            return OpsIndex.dynamicSlice(bits, List.of(row, column), rows, columns).bitcast(dot);
        }
    }
}
