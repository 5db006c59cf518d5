package tunebook.nn;

import java.util.List;
import tunebook.graph.OpsIndex;
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
        int t = positions.dim(0);
        int half = headDim / 2;
        float[] frequency = new float[half];
        for (int i = 0; i < half; i++) frequency[i] = (float) (1 / Math.pow(theta, 2.0 * i / headDim) / factor);
        Tensor frequencies = positions.graph().literal(HostArray.of(frequency, 1, half));
        // Made in a loop, of two trips: outside of one XLA's CPU compiler would compute every cosine again wherever it is used.
        int rows = Math.ceilDiv(t, 2);
        Tensor zeros = positions.graph().full(DType.F32, 0, t, half);
        List<Tensor> tables = OpsIndex.repeat(2, List.of(positions, frequencies), List.of(zeros, zeros), (trip, s) -> {
            Tensor start = trip.mul(t - rows);
            List<Tensor> at = List.of(start, start.graph().scalar(DType.I32, 0));
            Tensor angle = OpsIndex.dynamicSlice(s.get(0), List.of(start), rows).to(DType.F32).reshape(rows, 1).mul(s.get(1));
            return List.of(OpsIndex.dynamicUpdate(s.get(2), angle.cos(), at), OpsIndex.dynamicUpdate(s.get(3), angle.sin(), at));
        });
        return new Rope(tables.get(0).reshape(t, 1, half), tables.get(1).reshape(t, 1, half));
    }

    /// `x` [T, N, H] F32, turned by its positions.
    public Tensor apply(Tensor x) {
        return x.graph().withGradient(turned(x, cos, sin), List.of(x), List.of(cos, sin), (dy, kept) -> List.of(turned(dy, kept.get(0), kept.get(1).neg())));
    }

    private static Tensor turned(Tensor x, Tensor cos, Tensor sin) {
        int half = x.dim(2) / 2;
        Tensor a = x.slice(2, 0, half);
        Tensor b = x.slice(2, half, 2 * half);
        return OpsShape.concat(2, List.of(a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin))));
    }
}
