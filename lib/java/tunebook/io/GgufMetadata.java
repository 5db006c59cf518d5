package tunebook.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import tunebook.tensor.TunebookException;

/// The keys and values of a GGUF file: the architecture's sizes, the tokenizer's vocabulary, the chat template.
///
/// A value is asked for by key and type. A key that is missing and a value of another type are errors that say what is
/// there; `find…` gives an empty [Optional] for a missing key (a value of another type is still an error). Values are
/// held apart from the file and outlive it.
public final class GgufMetadata {
    /// One value: `count` elements of `type` from byte `at` on; a value that is no array has one element.
    record Value(GgufType type, boolean array, long count, long at) {
        @Override
        public String toString() {
            return array ? "an array of " + count + " " + type : "one " + type;
        }
    }

    private final Path file;
    private final MemorySegment bytes;
    private final Map<String, Value> values;

    /// `bytes` are those of the file's beginning, which the values point into.
    GgufMetadata(Path file, MemorySegment bytes, Map<String, Value> values) {
        this.file = file;
        this.bytes = bytes;
        this.values = values;
    }

    /// The keys, in the order of the file.
    public Set<String> keys() {
        return Collections.unmodifiableSet(values.keySet());
    }

    public boolean contains(String key) {
        return values.containsKey(key);
    }

    public String string(String key) {
        return asString(key, required(key));
    }

    /// A whole number of any width, which must fit an int.
    public int integer(String key) {
        return asInteger(key, required(key));
    }

    /// A number of any type.
    public double number(String key) {
        return asNumber(key, required(key));
    }

    public boolean bool(String key) {
        return asBool(key, required(key));
    }

    /// An array of strings.
    public List<String> strings(String key) {
        return asStrings(key, required(key));
    }

    /// An array of floating-point numbers.
    public float[] floats(String key) {
        return asFloats(key, required(key));
    }

    /// An array of whole numbers of any width, each of which must fit an int.
    public int[] ints(String key) {
        return asInts(key, required(key));
    }

    /// An array of truth values.
    public boolean[] bools(String key) {
        return asBools(key, required(key));
    }

    public Optional<String> findString(String key) {
        return find(key, v -> asString(key, v));
    }

    public Optional<Integer> findInteger(String key) {
        return find(key, v -> asInteger(key, v));
    }

    public Optional<Double> findNumber(String key) {
        return find(key, v -> asNumber(key, v));
    }

    public Optional<Boolean> findBool(String key) {
        return find(key, v -> asBool(key, v));
    }

    public Optional<List<String>> findStrings(String key) {
        return find(key, v -> asStrings(key, v));
    }

    public Optional<float[]> findFloats(String key) {
        return find(key, v -> asFloats(key, v));
    }

    public Optional<int[]> findInts(String key) {
        return find(key, v -> asInts(key, v));
    }

    public Optional<boolean[]> findBools(String key) {
        return find(key, v -> asBools(key, v));
    }

    private <T> Optional<T> find(String key, Function<Value, T> read) {
        return Optional.ofNullable(values.get(key)).map(read);
    }

    Value value(String key) {
        return required(key);
    }

    /// The bytes of the value at `key` as they stand in the file; of an array those of its elements.
    byte[] bytes(String key) {
        Value v = required(key);
        if (v.type == GgufType.ARRAY) throw TunebookException.of("Gguf.metadata", "an array of arrays", "\"" + key + "\" of " + file, "none of the known keys holds one");
        long end = v.at;
        if (v.type == GgufType.STRING) {
            GgufCursor cursor = cursor(v);
            for (long i = 0; i < v.count; i++) cursor.take(cursor.count(1, key), key);
            end = cursor.at();
        } else {
            end += v.count * v.type.bytes();
        }
        return bytes.asSlice(v.at, end - v.at).toArray(ValueLayout.JAVA_BYTE);
    }

    private Value required(String key) {
        Value value = values.get(key);
        if (value == null)
            throw TunebookException.of("Gguf.metadata", "no key \"" + key + "\"", file + " has " + values.size() + " keys",
                "nearest: " + String.join(", ", Nearest.names(key, values.keySet(), 3)));
        return value;
    }

    private String asString(String key, Value v) {
        check(key, v, !v.array && v.type == GgufType.STRING, "a string");
        return cursor(v).string("\"" + key + "\"");
    }

    private int asInteger(String key, Value v) {
        check(key, v, !v.array && v.type.isInteger(), "a whole number");
        return fitting(key, v, 0);
    }

    private double asNumber(String key, Value v) {
        check(key, v, !v.array && (v.type.isInteger() || isFloat(v)), "a number");
        return isFloat(v) ? floating(v, 0) : whole(v, 0);
    }

    private boolean asBool(String key, Value v) {
        check(key, v, !v.array && v.type == GgufType.BOOL, "a truth value");
        return bytes.get(ValueLayout.JAVA_BYTE, v.at) != 0;
    }

    private List<String> asStrings(String key, Value v) {
        check(key, v, v.array && v.type == GgufType.STRING, "an array of strings");
        GgufCursor cursor = cursor(v);
        List<String> out = new ArrayList<>((int) v.count);
        for (long i = 0; i < v.count; i++) out.add(cursor.string("an element of \"" + key + "\""));
        return Collections.unmodifiableList(out);
    }

    private float[] asFloats(String key, Value v) {
        check(key, v, v.array && isFloat(v), "an array of floating-point numbers");
        float[] out = new float[(int) v.count];
        for (int i = 0; i < out.length; i++) out[i] = (float) floating(v, i);
        return out;
    }

    private int[] asInts(String key, Value v) {
        check(key, v, v.array && v.type.isInteger(), "an array of whole numbers");
        int[] out = new int[(int) v.count];
        for (int i = 0; i < out.length; i++) out[i] = fitting(key, v, i);
        return out;
    }

    private boolean[] asBools(String key, Value v) {
        check(key, v, v.array && v.type == GgufType.BOOL, "an array of truth values");
        boolean[] out = new boolean[(int) v.count];
        for (int i = 0; i < out.length; i++) out[i] = bytes.get(ValueLayout.JAVA_BYTE, v.at + i) != 0;
        return out;
    }

    private void check(String key, Value v, boolean fits, String wanted) {
        if (!fits) throw TunebookException.of("Gguf.metadata", "\"" + key + "\" is not " + wanted, file + " has " + v + " there", "ask for what it is");
        if (v.count > Integer.MAX_VALUE - 16) throw TunebookException.of("Gguf.metadata", "\"" + key + "\" is too long", file + " has " + v + " there", "use a file with a shorter array");
    }

    private GgufCursor cursor(Value v) {
        return new GgufCursor(file, bytes, v.at);
    }

    private static boolean isFloat(Value v) {
        return v.type == GgufType.F32 || v.type == GgufType.F64;
    }

    private double floating(Value v, long i) {
        return v.type == GgufType.F32 ? bytes.get(GgufCursor.FLOAT, v.at + i * 4) : bytes.get(GgufCursor.DOUBLE, v.at + i * 8);
    }

    private long whole(Value v, long i) {
        long p = v.at + i * v.type.bytes();
        return switch (v.type) {
            case U8 -> Byte.toUnsignedLong(bytes.get(ValueLayout.JAVA_BYTE, p));
            case I8 -> bytes.get(ValueLayout.JAVA_BYTE, p);
            case U16 -> Short.toUnsignedLong(bytes.get(GgufCursor.SHORT, p));
            case I16 -> bytes.get(GgufCursor.SHORT, p);
            case U32 -> Integer.toUnsignedLong(bytes.get(GgufCursor.INT, p));
            case I32 -> bytes.get(GgufCursor.INT, p);
            case U64, I64 -> bytes.get(GgufCursor.LONG, p);
            case F32, F64, BOOL, STRING, ARRAY -> throw new AssertionError(v.type);     // checked before
        };
    }

    private int fitting(String key, Value v, long i) {
        long n = whole(v, i);
        boolean unsigned = v.type == GgufType.U64 && n < 0;
        if (unsigned || n != (int) n)
            throw TunebookException.of("Gguf.metadata", "a number is too large", "\"" + key + "\" of " + file + " holds " + (v.type == GgufType.U64 ? Long.toUnsignedString(n) : "" + n),
                "only numbers that fit 32 bits are meant here: check the file");
        return (int) n;
    }
}
