package tunebook.io;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import tunebook.quant.BlockFormat;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;

/// The part of a GGUF file before the tensors' bytes, checked before anything of it is used.
///
/// A file is (all little-endian): `GGUF`, version, count of tensors, count of keys; each key with its value; each
/// tensor's name, dimensions, type and offset; padding; the tensors' bytes, each at a multiple of `general.alignment`.
/// Checked here: version, every count and length against what is left of the file (before anything is allocated for it),
/// names once only, rows of whole blocks, offsets aligned, inside the file and without overlap.
///
/// @param version  2 or 3 (the same layout; 3 may be big-endian, which is refused)
/// @param tensors  by name, in the order of the file
record GgufHeader(int version, GgufMetadata metadata, SequencedMap<String, GgufTensor> tensors) {
    private static final int MAGIC = 0x46554747;            // "GGUF"
    private static final int DEFAULT_ALIGNMENT = 32;
    private static final int MAX_AXES = 4;                  // GGML_MAX_DIMS
    private static final int MAX_NESTING = 4;

    static GgufHeader parse(Path file, MemorySegment bytes) {
        return new Parser(file, bytes, new GgufCursor(file, bytes, 0)).parse();
    }

    private record Parser(Path file, MemorySegment bytes, GgufCursor in) {
        GgufHeader parse() {
            int version = version();
            long tensors = in.count(8 + 4 + 4 + 8, "the number of tensors");
            long keys = in.count(8 + 4 + 1, "the number of keys");
            Map<String, GgufMetadata.Value> values = new LinkedHashMap<>();
            for (long i = 0; i < keys; i++) readKey(values);
            GgufMetadata metadata = new GgufMetadata(file, ownCopy(in.at()), values);
            List<GgufTensor> infos = new ArrayList<>();
            for (long i = 0; i < tensors; i++) infos.add(readTensor());
            return new GgufHeader(version, metadata, placed(infos, alignment(metadata)));
        }

        private int version() {
            if (in.left() < 4 || in.u32("the magic") != MAGIC)
                throw TunebookException.of("Gguf.open", "not a GGUF file", file + " does not begin with \"GGUF\"", "check which file this is");
            int version = in.u32("the version");
            if (Integer.reverseBytes(version) == 3)
                throw TunebookException.of("Gguf.open", "a big-endian GGUF file", file.toString(), "convert it to little-endian (gguf_convert_endian.py)");
            if (version != 2 && version != 3)
                throw TunebookException.of("Gguf.open", "unknown GGUF version " + Integer.toUnsignedString(version), file.toString(), "versions 2 and 3 can be read: convert the model again");
            return version;
        }

        /// The values outlive the mapping, so that a tokenizer need not keep the file open.
        private MemorySegment ownCopy(long length) {
            MemorySegment copy = Arena.ofAuto().allocate(length);
            MemorySegment.copy(bytes, 0, copy, 0, length);
            return copy.asReadOnly();
        }

        private void readKey(Map<String, GgufMetadata.Value> values) {
            String key = in.string("a key");
            GgufType type = type("\"" + key + "\"");
            GgufMetadata.Value value = type == GgufType.ARRAY ? array(key, 0) : one(type, key);
            if (values.put(key, value) != null) throw in.bad("a key stands there twice", "\"" + key + "\"");
        }

        private GgufType type(String what) {
            int id = in.u32("the type of " + what);
            if (id < 0 || id >= GgufType.values().length) throw in.bad("unknown type of value " + Integer.toUnsignedString(id), what);
            return GgufType.values()[id];
        }

        private GgufMetadata.Value one(GgufType type, String key) {
            long at = in.at();
            if (type == GgufType.STRING) skipString(key);
            else in.take(type.bytes(), "\"" + key + "\"");
            return new GgufMetadata.Value(type, false, 1, at);
        }

        private GgufMetadata.Value array(String key, int depth) {
            if (depth == MAX_NESTING) throw in.bad("arrays are nested too deeply", "\"" + key + "\"");
            GgufType type = type("the elements of \"" + key + "\"");
            long count = in.count(type.least(), "the length of \"" + key + "\"");
            long at = in.at();
            switch (type) {
                case STRING -> { for (long i = 0; i < count; i++) skipString(key); }
                case ARRAY -> { for (long i = 0; i < count; i++) array(key, depth + 1); }
                default -> in.take(count * type.bytes(), "\"" + key + "\"");
            }
            return new GgufMetadata.Value(type, true, count, at);
        }

        private void skipString(String key) {
            in.take(in.count(1, "the length of a string of \"" + key + "\""), "a string of \"" + key + "\"");
        }

        private int alignment(GgufMetadata metadata) {
            int alignment = metadata.findInteger("general.alignment").orElse(DEFAULT_ALIGNMENT);
            if (alignment < 1 || alignment > 1 << 24) throw in.bad("general.alignment is not a usable size", "" + alignment);
            return alignment;
        }

        private GgufTensor readTensor() {
            String name = in.string("a tensor's name");
            int axes = in.u32("the axes of \"" + name + "\"");
            if (axes < 0 || axes > MAX_AXES) throw in.bad("a tensor has too many axes", "\"" + name + "\" has " + Integer.toUnsignedString(axes));
            int[] dims = new int[axes];
            for (int i = axes - 1; i >= 0; i--) dims[i] = dim(name);        // the file's first axis is the innermost
            int type = in.u32("the type of \"" + name + "\"");
            return new GgufTensor(name, Shape.of(dims), type, in.u64("the offset of \"" + name + "\""));
        }

        private int dim(String name) {
            long dim = in.u64("the shape of \"" + name + "\"");
            if (dim < 0 || dim > Integer.MAX_VALUE) throw in.bad("a tensor's axis is too large", "\"" + name + "\": " + Long.toUnsignedString(dim));
            return (int) dim;
        }

        /// The tensors with their offsets from the beginning of the file, which must lie in it without overlap.
        private SequencedMap<String, GgufTensor> placed(List<GgufTensor> infos, int alignment) {
            long dataStart = (in.at() + alignment - 1) / alignment * alignment;
            SequencedMap<String, GgufTensor> out = new LinkedHashMap<>();
            for (GgufTensor t : infos) {
                GgufTensor placed = new GgufTensor(t.name(), t.shape(), t.typeId(), checkedOffset(t, dataStart, alignment));
                if (out.put(t.name(), placed) != null) throw in.bad("a tensor stands there twice", "\"" + t.name() + "\"");
            }
            long end = dataStart;
            for (GgufTensor t : out.values().stream().sorted(Comparator.comparingLong(GgufTensor::offset)).toList()) {
                if (t.offset() < end) throw in.bad("tensors overlap", "\"" + t.name() + "\" begins at byte " + t.offset() + ", before " + end);
                end = t.offset() + size(t);
            }
            return out;
        }

        private long checkedOffset(GgufTensor t, long dataStart, int alignment) {
            long room = bytes.byteSize() - dataStart - size(t);
            if (t.offset() < 0 || t.offset() > room)
                throw in.bad("a tensor lies outside the file", "\"" + t.name() + "\" of " + size(t) + " bytes at offset " + Long.toUnsignedString(t.offset())
                    + " in a file of " + bytes.byteSize());
            if (t.offset() % alignment != 0) throw in.bad("a tensor is not aligned", "\"" + t.name() + "\" at offset " + t.offset() + ", alignment " + alignment);
            return dataStart + t.offset();
        }

        /// Bytes of a tensor; 0 where its type is not known (which is an error only for who asks for it).
        private long size(GgufTensor t) {
            long count = 1;
            for (int d : t.shape().dims()) {
                if (Math.multiplyHigh(count, d) != 0 || count * d < 0) throw in.bad("a tensor is too large", "\"" + t.name() + "\" " + t.shape());
                count *= d;
            }
            if (t.format().isEmpty()) return 0;
            BlockFormat format = t.format().get();
            int row = t.shape().rank() == 0 ? 1 : t.shape().dim(-1);
            if (row % format.blockElements() != 0) throw in.bad("a tensor's row is not a whole number of blocks", "\"" + t.name() + "\" " + t.shape() + " in " + format);
            if (count / format.blockElements() > bytes.byteSize() / format.blockBytes())
                throw in.bad("a tensor is larger than the file", "\"" + t.name() + "\" " + t.shape() + " in " + format + ", file of " + bytes.byteSize() + " bytes");
            return format.bytes(count);
        }
    }
}
