package tunebook.nn;

import tunebook.graph.Tensor;

/// Causal self-attention of one layer: over the tokens of a step, or over a cache.
public interface Attention {
    /// @param layer  number of the layer, from 0
    /// @param q      [T, N, H] F32, rotated and scaled
    /// @param k      [T, K, H] F32, rotated
    /// @param v      [T, K, H] F32
    /// @param window a query sees keys less than this many positions back (Integer.MAX_VALUE: all)
    /// @return [T, N * H] F32
    Tensor apply(int layer, Tensor q, Tensor k, Tensor v, int window);
}
