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
/// Queries are taken in blocks; a block sees the keys from `band` tokens before it to its own end, which holds every key of its documents.
/// Scores exist for one block at a time, forward and backward (as in FlashAttention, Dao et al. 2022, algorithms 1 and 4): kept are the result and
/// the log of each softmax sum. All query heads of one key/value head are rows of one two-dimensional product.
public final class FlatAttention implements Attention {
    private final Compute compute;
    private final Tensor segments;
    private final Tensor positions;
    private final int maxLength;
    private final int block;

    /// @param segments  [T] I32, the document of each token; tokens see tokens of equal segment only
    /// @param positions [T] I32, position within the document, rising by one
    /// @param maxLength tokens of the longest document
    public FlatAttention(Compute compute, Tensor segments, Tensor positions, int maxLength) {
        this.compute = compute;
        this.segments = segments;
        this.positions = positions;
        this.maxLength = maxLength;
        this.block = blockSize(segments.dim(0));
    }

    /// The largest divisor of `tokens` that is at most 256.
    static int blockSize(int tokens) {
        int b = Math.min(256, tokens);
        while (tokens % b != 0) b--;
        return b;
    }

    @Override
    public Tensor apply(int layer, Tensor q, Tensor k, Tensor v, int window) {
        int t = q.dim(0);
        Band band = new Band(block, Math.min(Math.min(window, maxLength), t) - 1, window, q.dim(1) / k.dim(1));
        List<Tensor> sources = List.of(flat(q).to(compute.dot()), flat(k).to(compute.dot()), flat(v).to(compute.dot()), segments, positions);
        List<Tensor> out = band.forward(sources, k.dim(1));
        List<Tensor> saved = new ArrayList<>(sources);
        saved.addAll(out);
        return q.graph().withGradient(out.getFirst(), saved, (dy, _, s) -> band.backward(s, dy, k.dim(1)));
    }

    private static Tensor flat(Tensor x) {
        return x.reshape(x.dim(0), x.dim(1) * x.dim(2));
    }

    /// @param block  queries of a block
    /// @param band   keys before the block's first query
    /// @param window a key must be less than this many positions back
    /// @param group  query heads of one key/value head
    private record Band(int block, int band, int window, int group) {
        /// sources: q [T, N*H], k [T, K*H], v [T, K*H] in the dot type, segments [T], positions [T] → result [T, N*H] F32, log sums [T, N] F32
        List<Tensor> forward(List<Tensor> sources, int heads) {
            Graph g = sources.getFirst().graph();
            int t = sources.getFirst().dim(0);
            int h = sources.get(1).dim(1) / heads;
            List<Tensor> carried = List.of(g.full(DType.F32, 0, t, heads * group * h), g.full(DType.F32, 0, t, heads * group));
            return OpsIndex.repeat(t / block, padded(sources), carried, (i, s) -> {
                Tensor at = i.mul(block);
                Tensor mask = mask(s, at);
                List<Tensor> results = new ArrayList<>();
                List<Tensor> logs = new ArrayList<>();
                for (int k = 0; k < heads; k++) {
                    Tensor scores = scores(queries(s.get(0), at, k, h), keys(s.get(1), at, k, h), mask);
                    Tensor top = scores.max(1).reshape(scores.dim(0), 1);
                    Tensor e = scores.sub(top).exp();
                    Tensor sum = e.sum(1).reshape(scores.dim(0), 1);
                    results.add(OpsDot.matmul(e.to(s.get(2).dtype()), keys(s.get(2), at, k, h)).div(sum).reshape(block, group * h));
                    logs.add(top.add(sum.log()).reshape(block, group));
                }
                return List.of(write(s.get(5), OpsShape.concat(1, results), at), write(s.get(6), OpsShape.concat(1, logs), at));
            });
        }

        /// sources as in [#forward], then its two results → cotangents of q, k, v in their shapes, F32
        List<Tensor> backward(List<Tensor> sources, Tensor dy, int heads) {
            int t = dy.dim(0);
            int h = sources.get(1).dim(1) / heads;
            Graph g = dy.graph();
            Tensor dot = dy.mul(sources.get(5)).reshape(t, heads * group, h).sum(2); // [T, N]
            List<Tensor> invariants = padded(sources.subList(0, 5));
            invariants.addAll(List.of(dy.to(sources.getFirst().dtype()), sources.get(6), dot));
            Tensor zeros = g.full(DType.F32, 0, band + t, heads * h);
            List<Tensor> out = OpsIndex.repeat(t / block, invariants, List.of(g.full(DType.F32, 0, t, heads * group * h), zeros, zeros), (i, s) -> {
                Tensor at = i.mul(block);
                Tensor mask = mask(s, at);
                List<Tensor> dq = new ArrayList<>();
                List<Tensor> dk = new ArrayList<>();
                List<Tensor> dv = new ArrayList<>();
                for (int k = 0; k < heads; k++) {
                    Tensor q = queries(s.get(0), at, k, h);
                    Tensor key = keys(s.get(1), at, k, h);
                    Tensor dOut = queries(s.get(5), at, k, h);
                    Tensor p = scores(q, key, mask).sub(perQuery(s.get(6), at, k)).exp();
                    Tensor ds = p.mul(OpsDot.linear(dOut, keys(s.get(2), at, k, h)).sub(perQuery(s.get(7), at, k))).to(q.dtype());
                    dq.add(OpsDot.matmul(ds, key).reshape(block, group * h));
                    dk.add(OpsDot.dot(ds, q, List.of(), List.of(), List.of(0), List.of(0)));
                    dv.add(OpsDot.dot(p.to(q.dtype()), dOut, List.of(), List.of(), List.of(0), List.of(0)));
                }
                return List.of(write(s.get(8), OpsShape.concat(1, dq), at), addAt(s.get(9), OpsShape.concat(1, dk), at), addAt(s.get(10), OpsShape.concat(1, dv), at));
            });
            return List.of(out.get(0), out.get(1).slice(0, band, band + t), out.get(2).slice(0, band, band + t));
        }

        /// Keys, values and segments with `band` entries put before them that no query sees.
        private List<Tensor> padded(List<Tensor> s) {
            List<Tensor> out = new ArrayList<>(List.of(s.get(0)));
            for (Tensor x : s.subList(1, 3)) out.add(OpsShape.concat(0, List.of(x.graph().full(x.dtype(), 0, band, x.dim(1)), x)));
            for (Tensor x : s.subList(3, 5)) out.add(OpsShape.concat(0, List.of(x.graph().full(DType.I32, -1, band), x)));
            return out;
        }

        /// [block * group, band + block] F32; a key that is not seen scores -1e30.
        private Tensor scores(Tensor q, Tensor k, Tensor mask) {
            Tensor s = OpsDot.linear(q, k);
            Tensor seen = mask.reshape(block, 1, band + block).broadcastTo(block, group, band + block).reshape(s.shape().toArray());
            return seen.select(s, s.graph().full(DType.F32, -1e30, s.shape().toArray()));
        }

        /// [block, band + block] BOOL: which keys each query of the block sees.
        private Tensor mask(List<Tensor> s, Tensor at) {
            Tensor qs = piece(s.get(3), at.add(band), block).reshape(block, 1);
            Tensor qp = piece(s.get(4), at.add(band), block).reshape(block, 1);
            Tensor ks = piece(s.get(3), at, band + block).reshape(1, band + block);
            Tensor kp = piece(s.get(4), at, band + block).reshape(1, band + block);
            Tensor back = qp.sub(kp);
            Tensor seen = qs.eq(ks).and(back.ge(back.graph().scalar(DType.I32, 0)));
            return window == Integer.MAX_VALUE ? seen : seen.and(back.lt(back.graph().scalar(DType.I32, window)));
        }

        /// Rows of a block, the query heads of key/value head `k` folded into them: [block * group, h].
        private Tensor queries(Tensor x, Tensor at, int k, int h) {
            return piece(x, at, block).slice(1, k * group * h, (k + 1) * group * h).reshape(block * group, h);
        }

        private Tensor keys(Tensor x, Tensor at, int k, int h) {
            return piece(x, at, band + block).slice(1, k * h, (k + 1) * h);
        }

        private Tensor perQuery(Tensor x, Tensor at, int k) {
            return piece(x, at, block).slice(1, k * group, (k + 1) * group).reshape(block * group, 1);
        }

        private static Tensor piece(Tensor x, Tensor at, int length) {
            return OpsIndex.dynamicSlice(x, starts(x, at), x.shape().with(0, length).toArray());
        }

        private static Tensor write(Tensor x, Tensor part, Tensor at) {
            return OpsIndex.dynamicUpdate(x, part, starts(x, at));
        }

        private static Tensor addAt(Tensor x, Tensor part, Tensor at) {
            return write(x, piece(x, at, part.dim(0)).add(part), at);
        }

        private static List<Tensor> starts(Tensor x, Tensor at) {
            Tensor zero = at.graph().scalar(DType.I32, 0);
            return x.rank() == 1 ? List.of(at) : List.of(at, zero);
        }
    }
}
