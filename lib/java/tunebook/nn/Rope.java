package tunebook.nn;

import java.util.List;
import tunebook.graph.OpsShape;
import tunebook.graph.Tensor;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;

/// Rotary position embedding (Su et al. 2021), in the half-split form of Hugging Face's checkpoints.
///
/// @param cos [T, 1, H/2] F32
/// @param sin [T, 1, H/2] F32
public record Rope(Tensor cos, Tensor sin) {
    /// Tables for `positions` [T] I32; a position is divided by `factor` first (linear scaling).
    public static Rope of(Tensor positions, int headDim, double theta, double factor) {
        float[] frequency = new float[headDim / 2];
        for (int i = 0; i < frequency.length; i++) frequency[i] = (float) (1 / Math.pow(theta, 2.0 * i / headDim) / factor);
        Tensor f = positions.graph().literal(HostArray.of(frequency, 1, 1, frequency.length));
        Tensor angle = positions.to(DType.F32).reshape(positions.dim(0), 1, 1).mul(f);
        // Without the barrier XLA computes them again wherever they are used.
        List<Tensor> tables = positions.graph().barrier(List.of(angle.cos(), angle.sin()));
        return new Rope(tables.get(0), tables.get(1));
    }

    /// `x` [T, N, H] F32, turned by its positions.
    public Tensor apply(Tensor x) {
        int half = x.dim(2) / 2;
        Tensor a = x.slice(2, 0, half);
        Tensor b = x.slice(2, half, 2 * half);
        return OpsShape.concat(2, List.of(a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin))));
    }
}
