package tunebook.graph;

import tunebook.tensor.DType;

/// Reductions made of several operations.
public final class OpsReduce {
    private OpsReduce() {}

    /// Position (I32) of the largest element along the last axis, the first of equals: [..., n] → [...].
    public static Tensor argmaxLast(Tensor x) {
        int last = x.rank() - 1;
        Tensor hit = x.ge(x.max(last).reshape(x.shape().with(last, 1).toArray()));
        Tensor places = x.graph().iota(DType.I32, last, x.shape().toArray());
        Tensor none = x.graph().full(DType.I32, x.dim(last), x.shape().toArray());
        return Ops.reduce(Op.ReduceKind.MIN, hit.select(places, none), last);
    }
}
