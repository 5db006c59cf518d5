package tunebook.nn;

import java.util.List;
import tunebook.graph.Tensor;
import tunebook.tensor.DType;

/// Causal self-attention of one layer: over the tokens of a step, or over a cache.
public interface Attention {
    /// @param layer  number of the layer, from 0
    /// @param q      [T, N, H] F32, rotated and scaled
    /// @param k      [T, K, H] F32, rotated
    /// @param v      [T, K, H] F32
    /// @param window I32 scalar, a query sees keys less than this many positions back (Integer.MAX_VALUE: all)
    /// @return [T, N * H] F32
    Tensor apply(int layer, Tensor q, Tensor k, Tensor v, Tensor window);

    /// The same with a window known now.
    default Tensor apply(int layer, Tensor q, Tensor k, Tensor v, int window) {
        return apply(layer, q, k, v, q.graph().scalar(DType.I32, window));
    }

    /// For a loop over layers ([LayerLoop]): what it reads besides queries, keys and values.
    default List<Tensor> reads() {
        throw new UnsupportedOperationException("this attention cannot be a loop's");
    }

    /// For a loop over layers: the same attention reading `reads`, in another graph. It may not depend on the layer's number.
    default Attention over(List<Tensor> reads) {
        throw new UnsupportedOperationException("this attention cannot be a loop's");
    }
}
