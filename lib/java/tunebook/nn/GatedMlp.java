package tunebook.nn;

import java.util.List;
import tunebook.graph.Tensor;

/// The gated feed-forward block: `down(gelu(gate(x)) * up(x))`.
public final class GatedMlp {
    private static final double C = Math.sqrt(2 / Math.PI);
    private static final double K = 0.044715;

    private GatedMlp() {}

    /// `x` [T, D] → [T, D] with the linear modules `gate_proj`, `up_proj`, `down_proj` under `path`.
    public static Tensor apply(Modules m, Tensor x, String path) {
        Tensor gate = gelu(m.linear(x, path + ".gate_proj"));
        return m.linear(gate.mul(m.linear(x, path + ".up_proj")), path + ".down_proj");
    }

    /// GELU in its tanh form (Hendrycks & Gimpel 2016). The backward pass uses the tanh of the forward pass.
    public static Tensor gelu(Tensor x) {
        Tensor t = x.mul(C).mul(x.mul(x).mul(K).add(1)).tanh();
        Tensor y = x.mul(0.5).mul(t.add(1));
        return x.graph().withGradient(y, List.of(x, t), (dy, _, sources) -> {
            Tensor v = sources.get(0);
            Tensor h = sources.get(1);
            Tensor slope = v.mul(0.5).mul(h.mul(h).neg().add(1)).mul(v.mul(v).mul(3 * K).add(1).mul(C));
            return List.of(dy.mul(h.add(1).mul(0.5).add(slope)));
        });
    }
}
