package tunebook.nn;

import java.util.List;
import tunebook.graph.Tensor;
import tunebook.tensor.DType;

/// The gated feed-forward block: `down(gelu(gate(x)) * up(x))`.
public final class GatedMlp {
    private static final double C = Math.sqrt(2 / Math.PI);
    private static final double K = 0.044715;

    private GatedMlp() {}

    /// `x` [T, D] F32 → [T, D] in the operand type of products, with the linear modules `gate_proj`, `up_proj`, `down_proj` under `path`.
    public static Tensor apply(Modules m, Tensor x, String path) {
        Tensor both = m.linear(x, List.of(path + ".gate_proj", path + ".up_proj"));
        return m.linear(gated(both.to(m.compute().dot())), path + ".down_proj").to(m.compute().dot());
    }

    /// `gelu(gate) * up` of `both` = [gate, up] [T, 2 F] → [T, F] F32, with GELU in its tanh form (Hendrycks & Gimpel 2016). For the backward pass `both` is kept,
    /// and the rest is computed again.
    static Tensor gated(Tensor both) {
        Tensor gate = half(both, 0);
        Tensor y = gate.mul(cdf(tanh(gate))).mul(half(both, 1));
        return y.graph().withGradient(y, List.of(both), List.of(both), (dy, kept) -> {
            Tensor g = half(kept.getFirst(), 0);
            Tensor t = tanh(g);
            Tensor slope = g.mul(0.5).mul(t.mul(t).neg().add(1)).mul(g.mul(g).mul(3 * K).add(1).mul(C)).add(cdf(t));
            Tensor dGate = dy.mul(half(kept.getFirst(), 1)).mul(slope).to(both.dtype());
            return List.of(Moved.concat(1, List.of(dGate, dy.mul(g.mul(cdf(t))).to(both.dtype()))).to(DType.F32));
        });
    }

    private static Tensor half(Tensor both, int i) {
        int f = both.dim(1) / 2;
        return both.slice(1, i * f, (i + 1) * f).to(DType.F32);
    }

    private static Tensor tanh(Tensor x) {
        return x.mul(C).mul(x.mul(x).mul(K).add(1)).tanh();
    }

    private static Tensor cdf(Tensor tanh) {
        return tanh.add(1).mul(0.5);
    }
}
