package tunebook.nn;

import java.util.ArrayList;
import java.util.List;
import tunebook.graph.Graph;
import tunebook.graph.OpsDot;
import tunebook.graph.OpsIndex;
import tunebook.graph.Tensor;
import tunebook.tensor.DType;

/// Attention of one new token for each row over a key/value cache, which it extends.
///
/// The cache of a layer is two tensors [B * K, S, H]: products read them as they are, so that XLA updates them in place (with an axis of size 1 for K
/// between it copied both for each token). All rows write the same slot; each row knows the position that stands in each slot.
public final class CacheAttention implements Attention {
    private final Compute compute;
    private final List<Tensor> caches;
    private final Tensor slot;
    private final Tensor slotPositions;
    private final Tensor positions;
    private final List<Tensor> updated = new ArrayList<>();

    /// @param caches        keys and values of layer 0, of layer 1, …: each [B * K, S, H]
    /// @param slot          I32 scalar, where the new keys and values go
    /// @param slotPositions [B, S] I32, the position in each slot, the new one included; -1 where there is none
    /// @param positions     [B] I32, of the new tokens
    public CacheAttention(Compute compute, List<Tensor> caches, Tensor slot, Tensor slotPositions, Tensor positions) {
        this.compute = compute;
        this.caches = caches;
        this.slot = slot;
        this.slotPositions = slotPositions;
        this.positions = positions;
    }

    /// The caches with the new token, in the order given; call it after the last layer.
    public List<Tensor> updated() {
        return updated;
    }

    @Override
    public Tensor apply(int layer, Tensor q, Tensor k, Tensor v, Tensor window) {
        int rows = q.dim(0) * k.dim(1);
        int group = q.dim(1) / k.dim(1);
        Tensor keys = extend(caches.get(2 * layer), k);
        Tensor values = extend(caches.get(2 * layer + 1), v);
        Tensor scores = OpsDot.dot(q.to(compute.batchedDot()).reshape(rows, group, q.dim(2)), keys.to(compute.batchedDot()),
            List.of(0), List.of(0), List.of(2), List.of(2)); // [B * K, group, S]
        Tensor seen = seen(window).reshape(q.dim(0), 1, keys.dim(1)).broadcastTo(q.dim(0), q.dim(1), keys.dim(1)).reshape(scores.shape().toArray());
        Tensor masked = seen.select(scores, q.graph().full(DType.F32, -1e30, scores.shape().toArray()));
        Tensor e = masked.sub(masked.max(2).reshape(rows, group, 1)).exp();
        Tensor p = e.div(e.sum(2).reshape(rows, group, 1));
        return OpsDot.dot(p.to(compute.batchedDot()), values.to(compute.batchedDot()), List.of(0), List.of(0), List.of(2), List.of(1))
            .reshape(q.dim(0), q.dim(1) * q.dim(2));
    }

    private Tensor extend(Tensor cache, Tensor fresh) {
        Graph g = cache.graph();
        Tensor zero = g.scalar(DType.I32, 0);
        Tensor next = OpsIndex.dynamicUpdate(cache, fresh.reshape(cache.dim(0), 1, cache.dim(2)).to(cache.dtype()), List.of(zero, slot, zero));
        updated.add(next);
        // Behind the barrier, so that attention reads the updated cache itself: of one row the compiler would update a copy of its own for the product.
        return g.barrier(List.of(next)).getFirst();
    }

    private Tensor seen(Tensor window) {
        Graph g = positions.graph();
        Tensor p = positions.reshape(positions.dim(0), 1);
        return slotPositions.ge(g.scalar(DType.I32, 0)).and(slotPositions.le(p)).and(p.sub(slotPositions).lt(window));
    }
}
