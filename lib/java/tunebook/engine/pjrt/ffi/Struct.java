package tunebook.engine.pjrt.ffi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.LinkedHashMap;
import java.util.Map;

/// The layout of one C struct of the header: the offset of each field and the size up to the last one.
///
/// Fields are written as `name:letter`. The letters: `p` pointer, `n` size_t, `l` int64_t, `i` int or enum, `f` float, `b` bool. Every struct but
/// `PJRT_Chunk` begins with its own size and an extension pointer, which are implied. The size excludes tail padding, as the
/// header's `PJRT_STRUCT_SIZE` does (openxla/xla issue 10032).
public final class Struct {
    /// Bytes of the two leading fields.
    private static final long HEAD = 16;

    /// One field: its place and its letter.
    record Field(String name, long offset, char letter) {
        long bytes() {
            return sizeOf(letter);
        }
    }

    private final String name;
    private final Map<String, Field> fields;
    private final long size;

    private Struct(String name, Map<String, Field> fields, long size) {
        this.name = name;
        this.fields = fields;
        this.size = size;
    }

    /// The struct called `name` with `fields` after the two leading ones.
    public static Struct of(String name, String fields) {
        var map = new LinkedHashMap<String, Field>();
        long end = HEAD;
        for (String word : fields.isBlank() ? new String[0] : fields.trim().split(" +")) {
            int colon = word.indexOf(':');
            char letter = word.charAt(colon + 1);
            long bytes = sizeOf(letter);
            long offset = (end + bytes - 1) / bytes * bytes;
            map.put(word.substring(0, colon), new Field(word.substring(0, colon), offset, letter));
            end = offset + bytes;
        }
        return new Struct(name, map, end);
    }

    private static long sizeOf(char letter) {
        return switch (letter) {
            case 'p', 'n', 'l' -> 8;
            case 'i', 'f' -> 4;
            case 'b' -> 1;
            default -> throw new IllegalArgumentException("field letter " + letter);
        };
    }

    /// Name in the header.
    public String name() {
        return name;
    }

    /// Bytes from the start to the end of the last field.
    public long size() {
        return size;
    }

    /// Where a field stands, in bytes from the start.
    public long offset(String field) {
        return field(field).offset();
    }

    /// The names of the fields after the two leading ones, in order.
    public java.util.Set<String> fieldNames() {
        return fields.keySet();
    }

    Field field(String field) {
        Field f = fields.get(field);
        if (f == null) throw new IllegalArgumentException(name + " has no field " + field + " (it has " + fields.keySet() + ")");
        return f;
    }

    /// A zeroed struct of this layout with its size written, in memory of `allocator`.
    public Fields in(SegmentAllocator allocator) {
        MemorySegment segment = allocator.allocate((size + 7) / 8 * 8, 8);
        segment.fill((byte) 0);
        return at(segment);
    }

    /// This layout over memory that was allocated (and zeroed) elsewhere, an array of structs for instance.
    public Fields at(MemorySegment segment) {
        segment.set(Memory.LONG, 0, size);
        return new Fields(this, segment);
    }
}
