package tunebook.nn;

import tunebook.tensor.DType;

/// How products are computed: in which element type, and in what form the device runs them well.
///
/// Everything that is not a product is F32.
///
/// @param dot        operand type of two-dimensional products; results are F32
/// @param batchedDot operand type of products with a batch axis (XLA's CPU compiler has none in BF16)
/// @param minDotRows products with fewer rows than this are padded with zero rows (one-row BF16 products are slow on CPU)
/// @param streamedRows products of at most this many rows are [tunebook.graph.OpsDot#streamed], in programs without gradients on devices that have it; 0: none
public record Compute(DType dot, DType batchedDot, int minDotRows, int streamedRows) {
    /// F32 throughout, on every device.
    public static final Compute F32 = new Compute(DType.F32, DType.F32, 1, 0);
    /// BF16 operands, F32 results, for accelerators with BF16 units.
    public static final Compute MIXED = new Compute(DType.BF16, DType.BF16, 1, 0);
    /// BF16 operands, F32 results, for XLA's CPU compiler.
    public static final Compute MIXED_CPU = new Compute(DType.BF16, DType.F32, 8, 0);

    /// The same for programs without gradients on a device that has streamed products: faster up to the number of rows that BF16 units take to make up for
    /// packing each weight anew in each call, see `tests/bench/README.md`.
    public Compute streaming() {
        return new Compute(dot, batchedDot, minDotRows, dot == DType.BF16 ? 2 : 16);
    }
}
