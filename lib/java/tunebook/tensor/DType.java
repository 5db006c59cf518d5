package tunebook.tensor;

/// The element type of an array. `bytes` is the size of one element, `mlir` its name in StableHLO text.
public enum DType {
    F32(4, "f32"), BF16(2, "bf16"), F16(2, "f16"), F64(8, "f64"),
    I8(1, "i8"), I16(2, "i16"), I32(4, "i32"), I64(8, "i64"),
    U8(1, "ui8"), U16(2, "ui16"), U32(4, "ui32"), U64(8, "ui64"), BOOL(1, "i1");

    private final int bytes;
    private final String mlir;

    DType(int bytes, String mlir) {
        this.bytes = bytes;
        this.mlir = mlir;
    }

    /// Size of one element in bytes.
    public int bytes() {
        return bytes;
    }

    /// Name in StableHLO text: `f32`, `bf16`, `i1`.
    public String mlir() {
        return mlir;
    }

    /// Whether this is a floating-point type.
    public boolean isFloat() {
        return this == F32 || this == BF16 || this == F16 || this == F64;
    }
}
