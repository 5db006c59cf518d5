package tunebook.engine.pjrt.ffi;

import tunebook.tensor.DType;

/// `PJRT_Buffer_Type`: the header's numbers for our element types.
public final class BufferType {
    private BufferType() {}

    /// The header's number of `dtype`.
    public static int of(DType dtype) {
        return switch (dtype) {
            case BOOL -> 1;
            case I8 -> 2;
            case I16 -> 3;
            case I32 -> 4;
            case I64 -> 5;
            case U8 -> 6;
            case U16 -> 7;
            case U32 -> 8;
            case U64 -> 9;
            case F16 -> 10;
            case F32 -> 11;
            case F64 -> 12;
            case BF16 -> 13;
        };
    }

    /// The element type with the header's number `type`.
    ///
    /// @throws IllegalArgumentException if it is one that host arrays do not have (complex, 8-bit and 4-bit floats)
    public static DType dtype(int type) {
        for (DType d : DType.values()) if (of(d) == type) return d;
        throw new IllegalArgumentException("PJRT_Buffer_Type " + type + " has no host type");
    }
}
