package tunebook.engine.pjrt.ffi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Arrays of `PJRT_NamedValue`: options given to a plug-in and attributes read from it.
///
/// A value is a String, a Long, a `List<Long>`, a Float or a Boolean.
public final class NamedValues {
    private static final Struct LAYOUT = Struct.of("PJRT_NamedValue", "name:p name_size:n type:i value:l value_size:n");
    private static final int STRING = 0, INT64 = 1, INT64_LIST = 2, FLOAT = 3, BOOL = 4;

    private NamedValues() {}

    /// An array of the given options, in order.
    public static MemorySegment write(SegmentAllocator arena, Map<String, Object> options) {
        MemorySegment array = arena.allocate(Math.max(1, LAYOUT.size() * options.size()), 8);
        array.fill((byte) 0);
        long offset = 0;
        for (var option : options.entrySet()) {
            Fields value = LAYOUT.at(array.asSlice(offset, LAYOUT.size()));
            MemorySegment name = Memory.utf8(arena, option.getKey());
            value.set("name", name).set("name_size", name.byteSize());
            put(arena, value, option.getValue());
            offset += LAYOUT.size();
        }
        return array;
    }

    private static void put(SegmentAllocator arena, Fields to, Object value) {
        switch (value) {
            case String s -> {
                MemorySegment text = Memory.utf8(arena, s);
                to.set("type", STRING).set("value", text).set("value_size", text.byteSize());
            }
            case Long n -> to.set("type", INT64).set("value", n).set("value_size", 1L);
            case Boolean b -> to.set("type", BOOL).set("value", b ? 1L : 0L).set("value_size", 1L);
            case Float f -> to.set("type", FLOAT).set("value", Integer.toUnsignedLong(Float.floatToRawIntBits(f))).set("value_size", 1L);
            case List<?> list -> {
                long[] values = list.stream().mapToLong(v -> (Long) v).toArray();
                to.set("type", INT64_LIST).set("value", Memory.of(arena, values)).set("value_size", (long) values.length);
            }
            default -> throw new IllegalArgumentException("option of type " + value.getClass());
        }
    }

    /// The `count` values at `address`, by name.
    public static Map<String, Object> read(long address, long count) {
        var values = new LinkedHashMap<String, Object>();
        MemorySegment at = Memory.at(address, count * LAYOUT.size());
        long offset = 0;
        for (long i = 0; i < count; i++) {
            // A newer plug-in's struct may be longer: its own first field is the stride.
            long size = at.get(Memory.LONG, offset);
            if (offset + size > at.byteSize()) at = Memory.at(address, offset + size * (count - i));
            Fields value = new Fields(LAYOUT, at.asSlice(offset));
            values.put(value.text("name", "name_size"), get(value));
            offset += size;
        }
        return values;
    }

    private static Object get(Fields from) {
        long value = from.get("value");
        return switch (from.getInt("type")) {
            case STRING -> Memory.text(value, from.get("value_size"));
            case INT64 -> value;
            case INT64_LIST -> boxed(Memory.longs(value, from.get("value_size")));
            case FLOAT -> Float.intBitsToFloat((int) value);
            case BOOL -> (value & 0xff) != 0;
            default -> "?";
        };
    }

    private static List<Long> boxed(long[] values) {
        var list = new ArrayList<Long>(values.length);
        for (long v : values) list.add(v);
        return list;
    }
}
