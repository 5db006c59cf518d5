package tunebook.engine.pjrt.ffi;

import java.lang.foreign.MemorySegment;
import java.util.stream.LongStream;

/// One argument or result of a [HostFunction]: elements in row-major order, in memory of the running program.
///
/// @param data valid until the function returns
/// @param bf16 whether elements are BF16; F32 otherwise
public record HostBuffer(MemorySegment data, boolean bf16, long[] dims) {
    private static final int F32 = 11; // of xla::PrimitiveType
    private static final int BF16 = 16;

    /// Reads an `XLA_FFI_Buffer`: struct_size, extension_start, dtype (int), data, rank, dims.
    static HostBuffer read(long address) {
        MemorySegment buffer = Memory.at(address, 48);
        int dtype = buffer.get(Memory.INT, 16);
        if (dtype != F32 && dtype != BF16) throw new IllegalArgumentException("an element type that is neither F32 nor BF16: " + dtype);
        long[] dims = Memory.longs(buffer.get(Memory.LONG, 40), buffer.get(Memory.LONG, 32));
        long elements = LongStream.of(dims).reduce(1, (a, b) -> a * b);
        return new HostBuffer(Memory.at(buffer.get(Memory.LONG, 24), elements * (dtype == BF16 ? 2 : 4)), dtype == BF16, dims);
    }
}
