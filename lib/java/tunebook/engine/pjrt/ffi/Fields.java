package tunebook.engine.pjrt.ffi;

import java.lang.foreign.MemorySegment;

/// One C struct in native memory, read and written by field name. A wrong name or letter is a programming error and throws.
public final class Fields {
    private final Struct struct;
    private final MemorySegment segment;

    Fields(Struct struct, MemorySegment segment) {
        this.struct = struct;
        this.segment = segment;
    }

    /// The struct's own memory.
    public MemorySegment segment() {
        return segment;
    }

    public Struct struct() {
        return struct;
    }

    /// Sets a pointer, size or 64-bit field.
    public Fields set(String field, long value) {
        segment.set(Memory.LONG, at(field, 8), value);
        return this;
    }

    /// Sets a pointer field to the start of `target`, which must outlive the call.
    public Fields set(String field, MemorySegment target) {
        return set(field, target.address());
    }

    /// Sets an int or enum field.
    public Fields set(String field, int value) {
        segment.set(Memory.INT, at(field, 4), value);
        return this;
    }

    /// A pointer, size or 64-bit field.
    public long get(String field) {
        return segment.get(Memory.LONG, at(field, 8));
    }

    /// An int or enum field.
    public int getInt(String field) {
        return segment.get(Memory.INT, at(field, 4));
    }

    public boolean getBoolean(String field) {
        return segment.get(Memory.BYTE, at(field, 1)) != 0;
    }

    /// The text whose address and length stand in two fields.
    public String text(String pointer, String length) {
        return Memory.text(get(pointer), get(length));
    }

    private long at(String field, int bytes) {
        Struct.Field f = struct.field(field);
        if (f.bytes() != bytes) throw new IllegalArgumentException(struct.name() + "." + field + " has " + f.bytes() + " bytes, not " + bytes);
        return f.offset();
    }
}
