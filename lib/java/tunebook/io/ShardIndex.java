package tunebook.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tunebook.tensor.HostArray;
import tunebook.tensor.TunebookException;

/// `model.safetensors.index.json`: which shard holds which tensor.
///
/// @param weightMap file name (no folder) of the shard of each tensor
/// @param totalSize bytes of all tensors
record ShardIndex(Map<String, String> weightMap, long totalSize) {
    static final String SINGLE = "model.safetensors";
    static final String FILE = "model.safetensors.index.json";
    private static final Pattern OURS = Pattern.compile("model(-\\d{5}-of-\\d{5})?\\.safetensors(\\.index\\.json)?");
    private static final JsonMapper JSON = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    static ShardIndex read(Path file) {
        JsonNode root = parse(file);
        JsonNode map = root.path("weight_map");
        if (!map.isObject() || map.isEmpty()) throw bad(file, "the index has no weight_map", "weight_map is " + map.getNodeType());
        Map<String, String> weightMap = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> e : map.properties()) weightMap.put(e.getKey(), shardName(file, e.getKey(), e.getValue()));
        return new ShardIndex(weightMap, root.path("metadata").path("total_size").asLong());
    }

    private static JsonNode parse(Path file) {
        String text = TextFiles.read(file);
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw bad(file, "the index is not valid JSON", e.getOriginalMessage());
        }
    }

    /// A shard is a file beside the index: a name that leads elsewhere is refused.
    private static String shardName(Path file, String tensor, JsonNode shard) {
        String name = shard.isTextual() ? shard.textValue() : "";
        if (name.isEmpty() || name.contains("/") || name.contains("\\") || name.equals("..") || name.equals(".") || !isFileName(name))
            throw bad(file, "a shard is not the name of a file beside the index", "\"" + tensor + "\" is in " + shard);
        return name;
    }

    private static boolean isFileName(String name) {
        try {
            return Path.of(name).getNameCount() == 1;
        } catch (InvalidPathException e) { // a zero, or half a surrogate pair
            return false;
        }
    }

    private static TunebookException bad(Path file, String wrong, String given) {
        return TunebookException.of("SafeTensors.open", wrong, file + ": " + given, "download the index again");
    }

    Set<String> shards() {
        return new LinkedHashSet<>(weightMap.values());
    }

    /// Name of shard `i` (from 0) of `count`, as transformers writes it; the only one has no number.
    static String name(int i, int count) {
        return count == 1 ? SINGLE : "model-%05d-of-%05d.safetensors".formatted(i + 1, count);
    }

    /// Tensors in alphabetical order, a new shard begun whenever the next tensor would lead past `maxBytes`.
    static List<Map<String, HostArray>> split(Map<String, HostArray> tensors, long maxBytes) {
        List<Map<String, HostArray>> shards = new ArrayList<>(List.of(new LinkedHashMap<>()));
        long filled = 0;
        for (Map.Entry<String, HostArray> e : new TreeMap<>(tensors).entrySet()) {
            long size = e.getValue().bytes().byteSize();
            if (filled > 0 && filled + size > maxBytes) {
                shards.add(new LinkedHashMap<>());
                filled = 0;
            }
            shards.getLast().put(e.getKey(), e.getValue());
            filled += size;
        }
        return shards;
    }

    static ShardIndex of(List<Map<String, HostArray>> shards, List<String> names) {
        Map<String, String> weightMap = new TreeMap<>();
        long total = 0;
        for (int i = 0; i < shards.size(); i++)
            for (Map.Entry<String, HostArray> e : shards.get(i).entrySet()) {
                weightMap.put(e.getKey(), names.get(i));
                total += e.getValue().bytes().byteSize();
            }
        return new ShardIndex(weightMap, total);
    }

    /// Removes the files of an earlier save of a checkpoint, all but `kept`, from `folder`.
    static void removeOthers(Path folder, Set<String> kept) {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> OURS.matcher(f.getFileName().toString()).matches() && !kept.contains(f.getFileName().toString())).toList()) Files.delete(file);
        } catch (IOException e) {
            throw TunebookException.because(e, "SafeTensors.writeSharded", "the new files are in place, but those of an earlier save could not be removed",
                folder.toAbsolutePath() + " (" + e + ")", "remove them by hand: readers would mix both");
        }
    }

    AtomicFiles.Content content() {
        ObjectNode root = JSON.createObjectNode();
        root.putObject("metadata").put("total_size", totalSize);
        ObjectNode map = root.putObject("weight_map");
        weightMap.forEach(map::put);
        return out -> out.write((root.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
