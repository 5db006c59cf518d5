package tunebook.nn;

import java.util.List;
import tunebook.graph.OpsDot;
import tunebook.graph.OpsIndex;
import tunebook.graph.Tensor;
import tunebook.tensor.DType;

/// The product behind the gradient of a low-rank matrix: two tall arrays, one of them thin, contracted over their rows.
public final class ThinDot {
    private ThinDot() {}

    /// `thin` [T, R] and `wide` [T, O], of one element type → `thinᵀ · wide` [R, O], F32.
    ///
    /// XLA's CPU compiler runs a product over both operands' first axes three times slower than one of a transposed operand, and folds a transpose
    /// into the product it feeds. It cannot fold one into a loop: there the transposed operand's two halves are multiplied in turn.
    public static Tensor of(Compute compute, Tensor thin, Tensor wide) {
        int rows = thin.dim(1);
        int out = wide.dim(1);
        if (compute.minDotRows() == 1 || rows == 1) return OpsDot.dot(thin, wide, List.of(), List.of(), List.of(0), List.of(0));
        int half = (rows + 1) / 2; // an odd number's middle row is computed twice
        Tensor across = Moved.of(thin, x -> x.transpose(1, 0));
        return OpsIndex.repeat(2, List.of(across, wide), List.of(thin.graph().full(DType.F32, 0, rows, out)), (trip, v) -> {
            Tensor zero = trip.graph().scalar(DType.I32, 0);
            List<Tensor> start = List.of(trip.mul(rows - half), zero);
            Tensor part = Moved.dynamicSlice(v.get(0), start, half, v.get(0).dim(1));
            return List.of(OpsIndex.dynamicUpdate(v.get(2), OpsDot.matmul(part, v.get(1)), start));
        }).getFirst();
    }
}
