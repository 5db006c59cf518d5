package tunebook.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// An array in the host's memory: element type, shape and its bytes, row-major and little-endian.
///
/// The bytes are a [MemorySegment]: native memory that the garbage collector frees, or a read-only piece of a mapped
/// file, whose owner must stay open while this is used. Nothing here is copied unless a method says so.
public record HostArray(DType dtype, Shape shape, MemorySegment bytes) {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;

    public HostArray {
        long want = shape.size() * dtype.bytes();
        if (bytes.byteSize() != want)
            throw TunebookException.of("HostArray", "size does not fit the shape",
                dtype + shape.toString() + " needs " + want + " bytes, got " + bytes.byteSize(), "pass exactly the array's bytes");
    }

    /// Zeros in fresh native memory, 64-byte aligned.
    public static HostArray zeros(DType dtype, Shape shape) {
        return in(Arena.ofAuto(), dtype, shape);
    }

    /// In fresh memory of `memory`, 64-byte aligned: zeros, unless that arena leaves its memory unset.
    public static HostArray in(Arena memory, DType dtype, Shape shape) {
        return new HostArray(dtype, shape, memory.allocate(shape.size() * dtype.bytes(), 64));
    }

    /// A copy of `values` as F32 of shape `dims` (of one axis where none is given).
    public static HostArray of(float[] values, int... dims) {
        HostArray a = zeros(DType.F32, shapeFor(values.length, dims));
        MemorySegment.copy(values, 0, a.bytes, FLOAT, 0, values.length);
        return a;
    }

    /// A copy of `values` as I32 of shape `dims` (of one axis where none is given).
    public static HostArray of(int[] values, int... dims) {
        HostArray a = zeros(DType.I32, shapeFor(values.length, dims));
        MemorySegment.copy(values, 0, a.bytes, INT, 0, values.length);
        return a;
    }

    public static HostArray scalar(float value) {
        return new HostArray(DType.F32, Shape.of(), of(new float[] {value}).bytes);
    }

    public static HostArray scalar(int value) {
        return new HostArray(DType.I32, Shape.of(), of(new int[] {value}).bytes);
    }

    private static Shape shapeFor(int length, int[] dims) {
        return dims.length == 0 ? Shape.of(length) : Shape.of(dims);
    }

    /// Number of elements.
    public long size() {
        return shape.size();
    }

    /// Element `i` in row-major order, as a float.
    public float getFloat(long i) {
        return switch (dtype) {
            case F32 -> bytes.get(FLOAT, i * 4);
            case BF16 -> Bfloat16.toFloat(bytes.get(SHORT, i * 2));
            case F16 -> Float.float16ToFloat(bytes.get(SHORT, i * 2));
            case F64 -> (float) bytes.get(DOUBLE, i * 8);
            default -> getLong(i);
        };
    }

    /// Element `i` in row-major order, of an integer or boolean array.
    public long getLong(long i) {
        return switch (dtype) {
            case I32 -> bytes.get(INT, i * 4);
            case U32 -> Integer.toUnsignedLong(bytes.get(INT, i * 4));
            case I64, U64 -> bytes.get(LONG, i * 8);
            case I8 -> bytes.get(ValueLayout.JAVA_BYTE, i);
            case U8, BOOL -> Byte.toUnsignedLong(bytes.get(ValueLayout.JAVA_BYTE, i));
            case I16 -> bytes.get(SHORT, i * 2);
            case U16 -> Short.toUnsignedLong(bytes.get(SHORT, i * 2));
            case F32, BF16, F16, F64 -> throw TunebookException.of("HostArray.getLong", "not an integer array", dtype + shape.toString(), "use getFloat");
        };
    }

    private void setFloat(long i, float v) {
        switch (dtype) {
            case F32 -> bytes.set(FLOAT, i * 4, v);
            case BF16 -> bytes.set(SHORT, i * 2, Bfloat16.fromFloat(v));
            case F16 -> bytes.set(SHORT, i * 2, Float.floatToFloat16(v));
            case F64 -> bytes.set(DOUBLE, i * 8, v);
            default -> throw TunebookException.of("HostArray.to", "not a floating-point type", dtype.toString(), "convert to F32, BF16, F16 or F64");
        }
    }

    /// A copy of all elements as floats.
    public float[] toFloats() {
        float[] out = new float[Math.toIntExact(size())];
        if (dtype == DType.F32) MemorySegment.copy(bytes, FLOAT, 0, out, 0, out.length);
        else for (int i = 0; i < out.length; i++) out[i] = getFloat(i);
        return out;
    }

    /// A copy of all elements of an integer array, each of which must fit an int.
    public int[] toInts() {
        int[] out = new int[Math.toIntExact(size())];
        for (int i = 0; i < out.length; i++) out[i] = Math.toIntExact(getLong(i));
        return out;
    }

    /// The only element of an array of one element.
    public float scalarFloat() {
        if (size() != 1) throw TunebookException.of("HostArray.scalarFloat", "not one element", shape.toString(), "use toFloats");
        return getFloat(0);
    }

    /// This array in another floating-point type, each element rounded to nearest even; itself where it already has it.
    public HostArray to(DType type) {
        if (type == dtype) return this;
        HostArray out = zeros(type, shape);
        copyTo(out);
        return out;
    }

    /// Copies the elements to `out`, which has as many, of a floating-point type where it is not this one's.
    public void copyTo(HostArray out) {
        if (out.dtype == dtype) out.bytes.copyFrom(bytes);
        else for (long i = 0, n = size(); i < n; i++) out.setFloat(i, getFloat(i));
    }

    /// `count` elements from `start` on in row-major order, as an array of one axis: the same bytes.
    public HostArray part(long start, int count) {
        return new HostArray(dtype, Shape.of(count), bytes.asSlice(start * dtype.bytes(), (long) count * dtype.bytes()));
    }

    /// The same bytes seen with other axes.
    public HostArray reshape(int... dims) {
        return new HostArray(dtype, Shape.of(dims), bytes);
    }

    @Override
    public String toString() {
        return dtype + shape.toString();
    }
}
