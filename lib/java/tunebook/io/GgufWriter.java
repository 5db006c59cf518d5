package tunebook.io;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import tunebook.quant.BlockFormat;
import tunebook.quant.Blocks;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;

/// Puts together a GGUF file (version 3) and writes it whole or not at all.
///
/// Keys and tensors stand in the file in the order in which they were added. The layout is that of the gguf Python
/// package. A tensor is turned into its block format only while it is written, one at a time; until then its array must
/// stay usable (a mapped file open).
public final class GgufWriter {
    private static final int ALIGNMENT = 32;

    private record Tensor(String name, Shape shape, Supplier<HostArray> array, BlockFormat format) {
        long bytes() {
            return format.bytes(shape.size());
        }
    }

    private final Bytes metadata = new Bytes();
    private final Set<String> keys = new HashSet<>();
    private final Set<String> names = new HashSet<>();
    private final List<Tensor> tensors = new ArrayList<>();

    public GgufWriter string(String key, String value) {
        return put(key, GgufType.STRING, b -> b.string(value));
    }

    /// An unsigned 32-bit number, the type that readers expect of sizes, counts and token ids.
    public GgufWriter u32(String key, int value) {
        if (value < 0) throw TunebookException.of("GgufWriter.u32", "a negative number", "\"" + key + "\" = " + value, "sizes, counts and token ids are not negative");
        return put(key, GgufType.U32, b -> b.u32(value));
    }

    public GgufWriter f32(String key, float value) {
        return put(key, GgufType.F32, b -> b.u32(Float.floatToRawIntBits(value)));
    }

    public GgufWriter bool(String key, boolean value) {
        return put(key, GgufType.BOOL, b -> b.write(value ? 1 : 0));
    }

    public GgufWriter strings(String key, List<String> values) {
        return array(key, GgufType.STRING, values.size(), b -> values.forEach(b::string));
    }

    /// An array of truth values.
    public GgufWriter bools(String key, List<Boolean> values) {
        return array(key, GgufType.BOOL, values.size(), b -> values.forEach(v -> b.write(v ? 1 : 0)));
    }

    /// The value that another file has at `key`, bit by bit.
    public GgufWriter copy(GgufMetadata from, String key) {
        GgufMetadata.Value value = from.value(key);
        byte[] bytes = from.bytes(key);
        if (value.array()) return array(key, value.type(), Math.toIntExact(value.count()), b -> b.writeBytes(bytes));
        return put(key, value.type(), b -> b.writeBytes(bytes));
    }

    /// An array of signed 32-bit numbers.
    public GgufWriter ints(String key, int... values) {
        return array(key, GgufType.I32, values.length, b -> {
            for (int v : values) b.u32(v);
        });
    }

    public GgufWriter floats(String key, float... values) {
        return array(key, GgufType.F32, values.length, b -> {
            for (float v : values) b.u32(Float.floatToRawIntBits(v));
        });
    }

    /// The tensor `name` with the numbers of `array` (of a floating-point type, row-major `[out, in]`) in `format`: F32, F16,
    /// BF16 or Q8_0, whose rows must be whole blocks of 32.
    public GgufWriter tensor(String name, HostArray array, BlockFormat format) {
        return tensor(name, array.dtype(), array.shape(), () -> array, format);
    }

    /// The same with an array of `type` and `shape` that is asked for only while it is written, so that one at a time is in memory.
    public GgufWriter tensor(String name, DType type, Shape shape, Supplier<HostArray> array, BlockFormat format) {
        Blocks.checkWritable(name, type, shape, format);
        if (!names.add(name)) throw TunebookException.of("GgufWriter.tensor", "the tensor is there already", "\"" + name + "\"", "add each name once");
        tensors.add(new Tensor(name, shape, array, format));
        return this;
    }

    /// Writes the file. Throws [TunebookException] where that fails or a number does not fit its format; then no file appears.
    public void write(Path file) {
        AtomicFiles.write(file, content());
    }

    /// The file to be, for [StagedFiles].
    public AtomicFiles.Content content() {
        return out -> {
            byte[] head = header();
            out.write(head);
            pad(out, head.length);
            for (Tensor t : tensors) {
                AtomicFiles.copy(Blocks.quantize(t.name, t.array.get(), t.format), out);
                pad(out, t.bytes());
            }
        };
    }

    private byte[] header() {
        Bytes out = new Bytes();
        out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        out.u32(3);
        out.u64(tensors.size());
        out.u64(keys.size());
        out.writeBytes(metadata.toByteArray());
        long offset = 0;
        for (Tensor t : tensors) {
            describe(out, t, offset);
            offset += t.bytes() + padding(t.bytes());
        }
        return out.toByteArray();
    }

    private static void describe(Bytes out, Tensor t, long offset) {
        out.string(t.name);
        List<Integer> dims = t.shape.dims();
        out.u32(dims.size());
        dims.reversed().forEach(out::u64);      // the file's first axis is the innermost
        out.u32(t.format.id());
        out.u64(offset);
    }

    private GgufWriter array(String key, GgufType type, int count, Consumer<Bytes> elements) {
        return put(key, GgufType.ARRAY, b -> {
            b.u32(type.ordinal());
            b.u64(count);
            elements.accept(b);
        });
    }

    private GgufWriter put(String key, GgufType type, Consumer<Bytes> value) {
        if (!keys.add(key)) throw TunebookException.of("GgufWriter", "the key is there already", "\"" + key + "\"", "add each key once");
        metadata.string(key);
        metadata.u32(type.ordinal());
        value.accept(metadata);
        return this;
    }

    private static long padding(long bytes) {
        return (ALIGNMENT - bytes % ALIGNMENT) % ALIGNMENT;
    }

    private static void pad(OutputStream out, long written) throws IOException {
        out.write(new byte[(int) padding(written)]);
    }

    /// Little-endian numbers and strings with their length before them.
    private static final class Bytes extends ByteArrayOutputStream {
        void u32(int v) {
            writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(v).array());
        }

        void u64(long v) {
            writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(v).array());
        }

        void string(String s) {
            byte[] text = s.getBytes(StandardCharsets.UTF_8);
            u64(text.length);
            writeBytes(text);
        }
    }
}
