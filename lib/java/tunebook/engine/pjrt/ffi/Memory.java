package tunebook.engine.pjrt.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Reading what C left at an address, and laying out what C will read.
public final class Memory {
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private Memory() {}

    /// `size` bytes at `address`, readable for as long as C keeps them.
    public static MemorySegment at(long address, long size) {
        return size == 0 ? MemorySegment.NULL : MemorySegment.ofAddress(address).reinterpret(size);
    }

    /// UTF-8 text of `size` bytes at `address`.
    public static String text(long address, long size) {
        return new String(bytes(address, size), StandardCharsets.UTF_8);
    }

    /// A copy of `size` bytes at `address`.
    public static byte[] bytes(long address, long size) {
        return at(address, size).toArray(BYTE);
    }

    /// A copy of `count` 64-bit values (pointers, sizes) at `address`.
    public static long[] longs(long address, long count) {
        return at(address, 8 * count).toArray(LONG);
    }

    /// A copy of `count` 32-bit values (ints, enums) at `address`.
    public static int[] ints(long address, long count) {
        return at(address, 4 * count).toArray(INT);
    }

    /// `text` as UTF-8 without a terminating zero; its length is the segment's size.
    public static MemorySegment utf8(SegmentAllocator arena, String text) {
        return of(arena, text.getBytes(StandardCharsets.UTF_8));
    }

    /// A native copy of `bytes`.
    public static MemorySegment of(SegmentAllocator arena, byte[] bytes) {
        return arena.allocateFrom(BYTE, bytes);
    }

    /// A native array of `values`; a scalar's empty list of sizes is one unread zero, so that the address is valid.
    public static MemorySegment of(SegmentAllocator arena, long... values) {
        return values.length == 0 ? arena.allocate(LONG) : arena.allocateFrom(LONG, values);
    }

    /// An array's sizes as 64-bit values.
    public static MemorySegment dims(SegmentAllocator arena, List<Integer> dims) {
        return of(arena, dims.stream().mapToLong(Integer::longValue).toArray());
    }

    /// Room for `count` pointers, zeroed, that lives until it is unreachable.
    public static MemorySegment pointers(int count) {
        return Arena.ofAuto().allocate(LONG, Math.max(1, count));
    }

    public static long pointer(MemorySegment pointers, int index) {
        return pointers.getAtIndex(LONG, index);
    }

    public static void pointer(MemorySegment pointers, int index, long value) {
        pointers.setAtIndex(LONG, index, value);
    }
}
