package tunebook.io;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tunebook.tensor.HostArray;
import tunebook.tensor.TunebookException;

/// A safetensors file about to be written: its header, and the arrays in the order of their bytes.
record SafeTensorsLayout(byte[] header, List<HostArray> arrays) implements AtomicFiles.Content {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    static SafeTensorsLayout of(Path file, Map<String, HostArray> tensors, Map<String, String> metadata) {
        if (tensors.containsKey("__metadata__"))
            throw TunebookException.of("SafeTensors.write", "a tensor may not be called __metadata__", file.toString(), "rename it");
        List<Map.Entry<String, HostArray>> order = tensors.entrySet().stream()
            .sorted(Comparator.comparingInt((Map.Entry<String, HostArray> e) -> -SafeTensorsDTypes.rank(e.getValue().dtype())).thenComparing(Map.Entry::getKey)).toList();
        ObjectNode root = JSON.createObjectNode();
        if (!metadata.isEmpty()) new TreeMap<>(metadata).forEach(root.putObject("__metadata__")::put);
        long at = 0;
        for (Map.Entry<String, HostArray> e : order) at = describe(root.putObject(e.getKey()), e.getValue(), at);
        return new SafeTensorsLayout(padded(file, root), order.stream().map(Map.Entry::getValue).toList());
    }

    private static long describe(ObjectNode node, HostArray array, long start) {
        long end = start + array.bytes().byteSize();
        node.put("dtype", array.dtype().name());
        ArrayNode shape = node.putArray("shape");
        array.shape().dims().forEach(shape::add);
        node.putArray("data_offsets").add(start).add(end);
        return end;
    }

    /// Spaces up to a multiple of 8, so that the tensors' bytes are aligned in a mapped file.
    private static byte[] padded(Path file, ObjectNode root) {
        byte[] text = root.toString().getBytes(StandardCharsets.UTF_8);
        byte[] header = Arrays.copyOf(text, (text.length + 7) / 8 * 8);
        Arrays.fill(header, text.length, header.length, (byte) ' ');
        checkLength(file, header.length);
        return header;
    }

    static void checkLength(Path file, long length) {
        if (length > SafeTensorsHeader.MAX_BYTES)
            throw TunebookException.of("SafeTensors.write", "the header is larger than the format allows", file + ": " + length + " bytes",
                "write fewer tensors a file (writeSharded) or less metadata");
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
        out.write(header);
        for (HostArray array : arrays) AtomicFiles.copy(array.bytes(), out);
    }
}
