package tunebook.nn;

import java.util.List;
import tunebook.graph.Tensor;
import tunebook.tensor.DType;

/// The gated feed-forward block: `down(gelu(gate(x)) * up(x))`.
public final class GatedMlp {
    private static final double C = Math.sqrt(2 / Math.PI);
    private static final double K = 0.044715;

    private GatedMlp() {}

    /// `x` [T, D] → [T, D] with the linear modules `gate_proj`, `up_proj`, `down_proj` under `path`.
    public static Tensor apply(Modules m, Tensor x, String path) {
        return m.linear(gated(m.linear(x, path + ".gate_proj"), m.linear(x, path + ".up_proj"), m.compute().dot()), path + ".down_proj");
    }

    /// `gelu(gate) * up`, with GELU in its tanh form (Hendrycks & Gimpel 2016). For the backward pass the two are kept as `kept`, and the rest is computed again.
    static Tensor gated(Tensor gate, Tensor up, DType kept) {
        Tensor y = gate.mul(cdf(tanh(gate))).mul(up);
        return y.graph().withGradient(y, List.of(gate, up, gate.to(kept), up.to(kept)), (dy, _, s) -> {
            Tensor g = s.get(2).to(DType.F32);
            Tensor t = tanh(g);
            Tensor slope = g.mul(0.5).mul(t.mul(t).neg().add(1)).mul(g.mul(g).mul(3 * K).add(1).mul(C)).add(cdf(t));
            return List.of(dy.mul(s.get(3).to(DType.F32)).mul(slope), dy.mul(g.mul(cdf(t))));
        });
    }

    private static Tensor tanh(Tensor x) {
        return x.mul(C).mul(x.mul(x).mul(K).add(1)).tanh();
    }

    private static Tensor cdf(Tensor tanh) {
        return tanh.add(1).mul(0.5);
    }
}
