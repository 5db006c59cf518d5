package tunebook.nn;

import java.util.List;
import tunebook.graph.Tensor;
import tunebook.tensor.DType;

/// Root-mean-square normalisation (Zhang & Sennrich 2019), with Gemma's weight stored minus one.
public final class RmsNorm {
    private RmsNorm() {}

    /// `x` [..., n], normalised over the last axis and multiplied by 1 + `weight` [n] → F32. For the backward pass `x` is kept as it is given.
    public static Tensor apply(Tensor x, Tensor weight, double eps) {
        if (x.rank() == 2) return rows(x, weight, eps);
        int n = x.dim(x.rank() - 1);
        return rows(x.reshape((int) (x.shape().size() / n), n), weight, eps).reshape(x.shape().toArray());
    }

    /// Of a matrix: with more axes XLA's CPU compiler calls a library that takes the broadcast gain as an array of x's size.
    private static Tensor rows(Tensor x, Tensor weight, double eps) {
        Tensor wide = x.to(DType.F32);
        Tensor y = wide.mul(inverse(wide, eps)).mul(weight.to(DType.F32).add(1));
        return y.graph().withGradient(y, List.of(x, weight), List.of(Moved.bits(x), weight), (dy, kept) -> {
            Tensor again = Moved.wide(kept.get(0));
            Tensor inverse = inverse(again, eps);
            Tensor n = again.mul(inverse);
            Tensor dn = dy.mul(kept.get(1).to(DType.F32)).add(dy);
            Tensor dx = inverse.mul(dn.sub(n.mul(dn.mul(n).meanLast())));
            return List.of(dx, dy.mul(n).sum(0));
        });
    }

    /// 1 / sqrt(mean of squares), [..., 1].
    private static Tensor inverse(Tensor x, double eps) {
        return x.mul(x).meanLast().add(eps).rsqrt();
    }
}
