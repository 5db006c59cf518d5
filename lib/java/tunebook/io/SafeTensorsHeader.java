package tunebook.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import tunebook.tensor.DType;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;

/// What the header of a safetensors file says, checked before anything of it is used.
///
/// A file is: the header's length (8 bytes, little-endian), the header (JSON, padded with spaces), then the tensors'
/// bytes back to back. Checked here: the length lies inside the file and under the format's limit, the header is UTF-8
/// and one JSON object, names are unique, types are known, shape times element size is the number of bytes, and the
/// tensors cover the rest of the file with no gap and no overlap. Nothing larger than the header is allocated.
///
/// @param entries  tensors in the order of their bytes
/// @param metadata the strings under `__metadata__`
record SafeTensorsHeader(SequencedMap<String, Entry> entries, Map<String, String> metadata) {
    /// One tensor; its bytes are those from `start` (included) to `end` (excluded) of the file.
    record Entry(DType dtype, Shape shape, long start, long end) {}

    /// The format's own limit on a header, which the Python library holds to.
    static final long MAX_BYTES = 100_000_000;

    private static final JsonMapper JSON = JsonMapper.builder()
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    static SafeTensorsHeader parse(Path file, MemorySegment bytes) {
        return new Parser(file, bytes).parse();
    }

    private record Parser(Path file, MemorySegment bytes) {
        SafeTensorsHeader parse() {
            long length = length();
            JsonNode root = json(text(length));
            Map<String, String> metadata = Map.of();
            Map<String, Entry> found = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> e : root.properties()) {
                if (e.getKey().equals("__metadata__")) metadata = metadata(e.getValue());
                else found.put(e.getKey(), entry(e.getKey(), e.getValue(), 8 + length));
            }
            return new SafeTensorsHeader(covering(found, 8 + length), metadata);
        }

        private long length() {
            long size = bytes.byteSize();
            if (size < 8) throw bad("the file is too short for a header", size + " bytes", "download or write it again");
            long length = bytes.get(LENGTH, 0);
            if (length < 0 || length > MAX_BYTES)
                throw bad("not a safetensors file, or a damaged one", "its first 8 bytes give a header of " + Long.toUnsignedString(length) + " bytes",
                    "a header has at most " + MAX_BYTES + " bytes: check which file this is");
            if (length > size - 8)
                throw bad("the file ends inside its header", "header of " + length + " bytes, file of " + size, "it is truncated: download or write it again");
            return length;
        }

        private String text(long length) {
            byte[] header = bytes.asSlice(8, length).toArray(ValueLayout.JAVA_BYTE);
            try {
                return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(header)).toString();
            } catch (CharacterCodingException e) {
                throw bad("the header is not UTF-8", e.getMessage(), "check that this is a safetensors file, or download it again");
            }
        }

        private JsonNode json(String text) {
            try {
                JsonNode root = JSON.readTree(text);
                if (root.isObject()) return root;
                throw bad("the header is not a JSON object", "it is " + root.getNodeType(), "check that this is a safetensors file");
            } catch (JsonProcessingException e) {
                throw bad("the header is not valid JSON", e.getOriginalMessage(), "check that this is a safetensors file, or download it again");
            }
        }

        private Map<String, String> metadata(JsonNode node) {
            if (!node.isObject()) throw bad("__metadata__ is not an object", node.getNodeType().toString(), "write it as names and strings");
            Map<String, String> out = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> e : node.properties()) {
                if (!e.getValue().isTextual())
                    throw bad("a value of __metadata__ is not a string", "\"" + e.getKey() + "\" is " + e.getValue().getNodeType(), "write it as a string");
                out.put(e.getKey(), e.getValue().textValue());
            }
            return Collections.unmodifiableMap(out);
        }

        private Entry entry(String name, JsonNode node, long dataStart) {
            JsonNode type = node.path("dtype");
            if (!type.isTextual()) throw bad("a tensor has no dtype", quote(name), "the header is damaged: download or write it again");
            DType dtype = SafeTensorsDTypes.parse(type.textValue()).orElseThrow(() -> bad("unknown dtype " + type.textValue(), quote(name),
                "known are " + String.join(", ", SafeTensorsDTypes.names()) + ": convert the tensor to one of these"));
            int[] dims = dims(name, node.path("shape"));
            long[] offsets = numbers(name, "data_offsets", node.path("data_offsets"), bytes.byteSize() - dataStart);
            if (offsets.length != 2 || offsets[0] > offsets[1])
                throw bad("data_offsets are not a begin and an end", quote(name) + " " + node.path("data_offsets"), "the header is damaged: download or write it again");
            checkSize(name, dtype, dims, offsets[1] - offsets[0]);
            return new Entry(dtype, Shape.of(dims), dataStart + offsets[0], dataStart + offsets[1]);
        }

        private int[] dims(String name, JsonNode node) {
            long[] dims = numbers(name, "shape", node, Integer.MAX_VALUE);
            int[] out = new int[dims.length];
            for (int i = 0; i < out.length; i++) out[i] = (int) dims[i];
            return out;
        }

        /// The whole numbers of an array, each from 0 to `max`.
        private long[] numbers(String name, String what, JsonNode node, long max) {
            if (!node.isArray()) throw bad(what + " is not a list", quote(name) + " " + node, "the header is damaged: download or write it again");
            long[] out = new long[node.size()];
            for (int i = 0; i < out.length; i++) {
                JsonNode n = node.get(i);
                if (!n.isIntegralNumber() || !n.canConvertToLong() || n.longValue() < 0 || n.longValue() > max)
                    throw bad(what + " holds something other than a whole number from 0 to " + max, quote(name) + " " + node,
                        "the file is damaged or truncated: download or write it again");
                out[i] = n.longValue();
            }
            return out;
        }

        private void checkSize(String name, DType dtype, int[] dims, long given) {
            long want = dtype.bytes();
            boolean overflow = false;
            for (int d : dims) {
                overflow |= Math.multiplyHigh(want, d) != 0 || want * d < 0;
                want *= d;
            }
            if (overflow || want != given)
                throw bad("a tensor's bytes do not fit its shape", quote(name) + " " + dtype + Arrays.toString(dims) + " with " + given + " bytes",
                    "the header is damaged: download or write it again");
        }

        /// The tensors in the order of their bytes, which must follow each other from the header's end to the file's end.
        private SequencedMap<String, Entry> covering(Map<String, Entry> found, long dataStart) {
            List<Map.Entry<String, Entry>> order = found.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<String, Entry> e) -> e.getValue().start()).thenComparingLong(e -> e.getValue().end())).toList();
            SequencedMap<String, Entry> out = new LinkedHashMap<>();
            long at = dataStart;
            for (Map.Entry<String, Entry> e : order) {
                if (e.getValue().start() != at)
                    throw bad("tensors overlap or leave a gap", quote(e.getKey()) + " begins at byte " + e.getValue().start() + ", expected " + at,
                        "the header is damaged: download or write it again");
                at = e.getValue().end();
                out.put(e.getKey(), e.getValue());
            }
            if (at != bytes.byteSize())
                throw bad("the tensors do not fill the file", "they end at byte " + at + ", the file at " + bytes.byteSize(), "download or write it again");
            return out;
        }

        private static String quote(String name) {
            return "tensor \"" + (name.length() > 200 ? name.substring(0, 200) + "…" : name) + "\"";
        }

        private TunebookException bad(String wrong, String given, String remedy) {
            String shown = given.length() > 400 ? given.substring(0, 400) + "…" : given;
            return TunebookException.of("SafeTensors.open", wrong, file + ": " + shown, remedy);
        }
    }
}
