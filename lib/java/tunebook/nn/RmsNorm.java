package tunebook.nn;

import java.util.List;
import java.util.stream.IntStream;
import tunebook.graph.Tensor;
import tunebook.tensor.DType;

/// Root-mean-square normalisation (Zhang & Sennrich 2019), with Gemma's weight stored minus one.
public final class RmsNorm {
    private RmsNorm() {}

    /// `x` [..., n], normalised over the last axis and multiplied by 1 + `weight` [n] → F32. For the backward pass `x` is kept as it is given.
    public static Tensor apply(Tensor x, Tensor weight, double eps) {
        Tensor y = normalised(x, eps).mul(gain(weight));
        return y.graph().withGradient(y, List.of(x, weight), List.of(x, weight), (dy, kept) -> {
            Tensor n = normalised(kept.get(0), eps);
            Tensor dn = dy.mul(gain(kept.get(1)));
            Tensor dx = inverse(kept.get(0), eps).mul(dn.sub(n.mul(dn.mul(n).meanLast())));
            return List.of(dx, dy.mul(n).sum(IntStream.range(0, dy.rank() - 1).toArray()));
        });
    }

    private static Tensor normalised(Tensor x, double eps) {
        return x.to(DType.F32).mul(inverse(x, eps));
    }

    /// 1 / sqrt(mean of squares), [..., 1].
    private static Tensor inverse(Tensor x, double eps) {
        Tensor wide = x.to(DType.F32);
        return wide.mul(wide).meanLast().add(eps).rsqrt();
    }

    private static Tensor gain(Tensor weight) {
        return weight.to(DType.F32).add(1);
    }
}
