package tunebook.nn;

import tunebook.graph.Tensor;
import tunebook.tensor.DType;

/// Root-mean-square normalisation (Zhang & Sennrich 2019), with Gemma's weight stored minus one.
public final class RmsNorm {
    private RmsNorm() {}

    /// `x` [..., n] F32, normalised over the last axis and multiplied by 1 + `weight` [n].
    public static Tensor apply(Tensor x, Tensor weight, double eps) {
        return x.mul(x.mul(x).meanLast().add(eps).rsqrt()).mul(weight.to(DType.F32).add(1));
    }
}
