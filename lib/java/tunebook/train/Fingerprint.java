package tunebook.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import tunebook.data.Batches;
import tunebook.data.Example;
import tunebook.engine.Buffer;
import tunebook.graph.Tensor;
import tunebook.io.SafeTensors;
import tunebook.model.LanguageModel;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Sha256;
import tunebook.tensor.Shape;

/// What a run is of: all that must be the same for a resumed run to be the unbroken one.
///
/// @param facts by section (configuration, model, trained parameters, frozen parameters) and name
/// @param data  `train` and `test` [examples] I64, a hash of each example; `order` [examples of all batches] I32, which example comes when; `batches`
///              [batches] I32, how many of them are in each
record Fingerprint(Map<String, Map<String, String>> facts, Map<String, HostArray> data) {
    static Fingerprint of(LanguageModel model, TrainConfig config, Batches batches, List<Example> test) {
        Map<String, Map<String, String>> facts = new LinkedHashMap<>();
        facts.put("configuration", config.settings());
        facts.put("model", new LinkedHashMap<>(model.settings()));
        facts.put("trained parameters", each(model.trainable(), path -> text(model.type(path))));
        Set<String> frozen = new LinkedHashSet<>(model.network().parameters().keySet());
        frozen.removeAll(model.trainable());
        facts.put("frozen parameters", hashes(model, frozen));
        List<Integer> order = batches.groups().stream().flatMap(List::stream).toList();
        Map<String, HostArray> data = new LinkedHashMap<>();
        data.put("train", hashes(batches.examples()));
        data.put("test", hashes(test));
        data.put("order", ints(order));
        data.put("batches", ints(batches.groups().stream().map(List::size).toList()));
        return new Fingerprint(facts, data);
    }

    private static Map<String, String> each(Set<String> names, Function<String, String> value) {
        Map<String, String> out = new LinkedHashMap<>();
        names.forEach(name -> out.put(name, value.apply(name)));
        return out;
    }

    private static String text(Tensor.Type type) {
        return type.dtype() + type.shape().toString();
    }

    /// Through one piece of host memory, as large as the largest of them.
    private static Map<String, String> hashes(LanguageModel model, Set<String> paths) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(Math.max(1, paths.stream().mapToLong(p -> model.buffer(p).bytes()).max().orElse(1)), 64);
            return each(paths, path -> {
                Buffer buffer = model.buffer(path);
                HostArray host = new HostArray(buffer.dtype(), buffer.shape(), memory.asSlice(0, buffer.bytes()));
                buffer.toHost(host);
                return text(model.type(path)) + " sha256:" + sha256(host.bytes()).substring(0, 16);
            });
        }
    }

    static String sha256(MemorySegment bytes) {
        MessageDigest digest = Sha256.digest();
        long chunk = 1 << 20;
        for (long at = 0; at < bytes.byteSize(); at += chunk) digest.update(bytes.asSlice(at, Math.min(chunk, bytes.byteSize() - at)).asByteBuffer());
        return Sha256.hex(digest);
    }

    static String sha256(List<String> texts) {
        return sha256(MemorySegment.ofArray(String.join("\n", texts).getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    private static HostArray hashes(List<Example> examples) {
        HostArray out = HostArray.zeros(DType.I64, Shape.of(examples.size()));
        ByteBuffer longs = out.bytes().asByteBuffer().order(java.nio.ByteOrder.LITTLE_ENDIAN);
        MessageDigest digest = Sha256.digest();
        for (Example e : examples) {
            ByteBuffer bytes = ByteBuffer.allocate(5 * e.length());
            for (int token : e.tokens()) bytes.putInt(token);
            for (boolean learned : e.learned()) bytes.put((byte) (learned ? 1 : 0));
            longs.putLong(ByteBuffer.wrap(digest.digest(bytes.array())).getLong());
        }
        return out;
    }

    private static HostArray ints(List<Integer> values) {
        return HostArray.of(values.stream().mapToInt(Integer::intValue).toArray());
    }

    /// The facts as an object of objects of texts.
    void addTo(ObjectNode root) {
        facts.forEach((section, values) -> {
            ObjectNode node = root.putObject(section);
            values.forEach(node::put);
        });
    }

    /// How this run differs from the one whose [#facts] and [#data] were kept; empty where it does not.
    List<String> differences(JsonNode then, SafeTensors dataThen) {
        List<String> out = new ArrayList<>();
        facts.forEach((section, now) -> {
            Map<String, String> before = new LinkedHashMap<>();
            then.path(section).properties().forEach(e -> before.put(e.getKey(), e.getValue().asText()));
            compare(section, before, now, out);
        });
        List<String> rows = new ArrayList<>();
        for (String name : List.of("train", "test")) compareExamples(name, dataThen.get(name), data.get(name), rows);
        out.addAll(rows);
        if (out.isEmpty() && !(same("order", dataThen) && same("batches", dataThen)))
            out.add("the order of the training examples, though rows and configuration are the same (another version of Tunebook or Java)");
        return out;
    }

    private static void compare(String section, Map<String, String> then, Map<String, String> now, List<String> out) {
        Set<String> names = new LinkedHashSet<>(then.keySet());
        names.addAll(now.keySet());
        List<String> lines = names.stream().filter(n -> !now.getOrDefault(n, "").equals(then.getOrDefault(n, "")))
            .map(n -> n + " was " + then.getOrDefault(n, "not there") + ", is " + now.getOrDefault(n, "not there")).toList();
        if (lines.isEmpty()) return;
        boolean many = section.endsWith("parameters");
        out.add(section + ": " + (many ? lines.size() + " of " + names.size() + " differ, first " + lines.getFirst() : String.join(", ", lines)));
    }

    private static void compareExamples(String name, HostArray then, HostArray now, List<String> out) {
        if (then.size() != now.size()) {
            out.add(name + " rows: there were " + then.size() + " examples, there are " + now.size());
            return;
        }
        List<Integer> changed = new ArrayList<>();
        for (int i = 0; i < now.size(); i++) if (then.getLong(i) != now.getLong(i)) changed.add(i);
        if (!changed.isEmpty()) out.add(name + " rows: " + changed.size() + " of " + now.size() + " examples differ, first example " + changed.getFirst());
    }

    private boolean same(String name, SafeTensors then) {
        return data.get(name).bytes().mismatch(then.get(name).bytes()) == -1;
    }
}
