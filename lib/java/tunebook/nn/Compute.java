package tunebook.nn;

import tunebook.tensor.DType;

/// How products are computed: in which element type, and in what form the device runs them well.
///
/// Everything that is not a product is F32.
///
/// @param dot        operand type of two-dimensional products; results are F32
/// @param batchedDot operand type of products with a batch axis (XLA's CPU compiler has none in BF16)
/// @param minDotRows products with fewer rows than this are padded with zero rows (one-row BF16 products are slow on CPU)
/// @param held       element type of weights as products take them: `dot`, or F32 holding values of `dot`
public record Compute(DType dot, DType batchedDot, int minDotRows, DType held) {
    /// F32 throughout, on every device.
    public static final Compute F32 = new Compute(DType.F32, DType.F32, 1, DType.F32);
    /// BF16 operands, F32 results, for accelerators with BF16 units.
    public static final Compute MIXED = new Compute(DType.BF16, DType.BF16, 1, DType.BF16);
    /// BF16 operands, F32 results, for XLA's CPU compiler.
    public static final Compute MIXED_CPU = new Compute(DType.BF16, DType.F32, 8, DType.BF16);

    /// The same for programs whose products have one row: XLA's CPU compiler streams F32 weights, whereas BF16 ones are packed anew in each call.
    public Compute oneRow() {
        return minDotRows == 1 ? this : new Compute(dot, batchedDot, 1, DType.F32);
    }
}
