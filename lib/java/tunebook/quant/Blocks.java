package tunebook.quant;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import tunebook.tensor.Bfloat16;
import tunebook.tensor.Chunks;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;

/// Turns GGUF blocks into arrays and arrays into GGUF blocks.
///
/// Both are pure functions of their bytes. Large ones run on all cores, so the bytes must not belong to a confined arena.
public final class Blocks {
    /// Numbers handled at a time by one core; a multiple of every block.
    private static final int CHUNK = 1 << 16;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// What one thread works in.
    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    private static final class Scratch {
        final byte[] in = new byte[CHUNK * 4];
        final float[] values = new float[CHUNK];
        final short[] bits = new short[CHUNK];
    }

    private Blocks() {}

    /// The numbers that `blocks` hold, as a fresh array of `shape` in `type` (F32, BF16 or F16, rounded to nearest even).
    ///
    /// `name` is what errors call the tensor. Throws [TunebookException] where the format cannot be read, `blocks` has not
    /// the size that the shape needs, or `type` is another one.
    public static HostArray dequantize(String name, BlockFormat format, MemorySegment blocks, Shape shape, DType type) {
        return dequantize(name, format, blocks, shape, type, Arena.ofAuto());
    }

    /// The same in memory of `memory`. What is mapped of a file is unloaded as it was read.
    public static HostArray dequantize(String name, BlockFormat format, MemorySegment blocks, Shape shape, DType type, Arena memory) {
        checkReadable(name, format);
        checkTarget(name, type);
        checkSize(name, format, blocks.byteSize(), shape);
        HostArray out = HostArray.in(memory, type, shape);
        Chunks.of(shape.size(), CHUNK, (start, count) -> {
            MemorySegment read = blocks.asSlice(format.bytes(start), format.bytes(count));
            Scratch scratch = SCRATCH.get();
            MemorySegment.copy(read, ValueLayout.JAVA_BYTE, 0, scratch.in, 0, (int) read.byteSize());
            if (read.isMapped()) read.unload();
            BlockReader.read(format, scratch.in, count / format.blockElements(), scratch.values);
            store(scratch, out, start, count);
        });
        return out;
    }

    /// The blocks of `format` (F32, F16, BF16 or Q8_0) that hold `array` (of a floating-point type), in fresh memory.
    ///
    /// Throws [TunebookException] where a number is not finite or too large for F16 or Q8_0: it would become another one.
    /// Q8_0 is rounded as ggml's reference does: scale max|x|/127 of each 32 numbers, halves away from zero.
    public static MemorySegment quantize(String name, HostArray array, BlockFormat format) {
        checkWritable(name, array.dtype(), array.shape(), format);
        MemorySegment out = Arena.ofAuto().allocate(format.bytes(array.size()), 32);
        Chunks.of(array.size(), CHUNK, (start, count) -> {
            byte[] bytes = new byte[(int) format.bytes(count)];
            float[] values = load(array, start, count);
            checkRange(name, format, values);
            BlockWriter.write(format, values, bytes);
            MemorySegment.copy(bytes, 0, out, ValueLayout.JAVA_BYTE, format.bytes(start), bytes.length);
        });
        return out;
    }

    /// Throws where an array of `type` and `shape` cannot be written in `format`.
    public static void checkWritable(String name, DType type, Shape shape, BlockFormat format) {
        if (!format.writable())
            throw TunebookException.of("Blocks.quantize", "cannot write " + format, "tensor \"" + name + "\"", "choose F32, F16, BF16 or Q8_0");
        if (!type.isFloat())
            throw TunebookException.of("Blocks.quantize", "not a floating-point array", "tensor \"" + name + "\" " + type + shape, "pass F32, BF16, F16 or F64");
        checkRows("Blocks.quantize", name, format, shape);
    }

    private static void store(Scratch s, HostArray out, long start, int count) {
        if (out.dtype() == DType.F32) {
            MemorySegment.copy(s.values, 0, out.bytes(), FLOAT, start * 4, count);
            return;
        }
        if (out.dtype() == DType.BF16) for (int i = 0; i < count; i++) s.bits[i] = Bfloat16.fromFloat(s.values[i]);
        else for (int i = 0; i < count; i++) s.bits[i] = Float.floatToFloat16(s.values[i]);
        MemorySegment.copy(s.bits, 0, out.bytes(), SHORT, start * 2, count);
    }

    private static float[] load(HostArray array, long start, int count) {
        float[] values = new float[count];
        if (array.dtype() == DType.F32) MemorySegment.copy(array.bytes(), FLOAT, start * 4, values, 0, count);
        else for (int i = 0; i < count; i++) values[i] = array.getFloat(start + i);
        return values;
    }

    /// A half holds less than 65,520 before it rounds to infinity; a Q8_0 scale is a half.
    private static void checkRange(String name, BlockFormat format, float[] values) {
        float limit = switch (format) {
            case F16 -> 65520f;
            case Q8_0 -> 65520f * 127;
            default -> Float.POSITIVE_INFINITY;
        };
        if (limit == Float.POSITIVE_INFINITY) return;
        for (float v : values)
            if (!(Math.abs(v) < limit))
                throw TunebookException.of("Blocks.quantize", "a number does not fit " + format, "tensor \"" + name + "\" holds " + v, "choose F32 or BF16, or look where the number comes from");
    }

    /// Throws where the format is one that cannot be turned into floats, naming the tensor.
    public static void checkReadable(String name, BlockFormat format) {
        if (!format.readable())
            throw TunebookException.of("Blocks.dequantize", "cannot read block type " + format, "tensor \"" + name + "\"",
                "use a file with " + BlockFormat.readableNames());
    }

    private static void checkTarget(String name, DType type) {
        if (type != DType.F32 && type != DType.BF16 && type != DType.F16)
            throw TunebookException.of("Blocks.dequantize", "blocks cannot become " + type, "tensor \"" + name + "\"", "ask for F32, BF16 or F16");
    }

    private static void checkSize(String name, BlockFormat format, long bytes, Shape shape) {
        checkRows("Blocks.dequantize", name, format, shape);
        if (format.bytes(shape.size()) != bytes)
            throw TunebookException.of("Blocks.dequantize", "the bytes do not fit the shape",
                "tensor \"" + name + "\" " + format + shape + " needs " + format.bytes(shape.size()) + " bytes, got " + bytes, "pass exactly the tensor's blocks");
    }

    /// Blocks do not run over the end of a row.
    private static void checkRows(String operation, String name, BlockFormat format, Shape shape) {
        int row = shape.rank() == 0 ? 1 : shape.dim(-1);
        if (row % format.blockElements() != 0)
            throw TunebookException.of(operation, "a row is not a whole number of blocks",
                "tensor \"" + name + "\" " + shape + " in " + format + " (blocks of " + format.blockElements() + ")", "choose a format without blocks for it: F32, F16 or BF16");
    }
}
