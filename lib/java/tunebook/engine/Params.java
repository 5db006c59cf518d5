package tunebook.engine;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tunebook.tensor.HostArray;
import tunebook.tensor.TunebookException;

/// Named buffers in a fixed order: the parameters of a model, or the state of an optimizer. Closing it closes them all.
public final class Params implements AutoCloseable {
    private final String owner;
    private final Map<String, Buffer> buffers;

    private Params(String owner, Map<String, Buffer> buffers) {
        this.owner = owner;
        this.buffers = new LinkedHashMap<>(buffers);
        this.buffers.values().forEach(b -> b.ownedBy(owner));
    }

    /// Puts `arrays` on the session's device in the map's order. `owner` names them in messages (`base model`, `LoRA adapter`).
    ///
    /// @throws TunebookException if the device is full; nothing stays there then
    public static Params of(Session session, String owner, Map<String, HostArray> arrays) {
        var buffers = new LinkedHashMap<String, Buffer>();
        try {
            arrays.forEach((name, array) -> buffers.put(name, session.put(array, owner)));
            return new Params(owner, buffers);
        } catch (RuntimeException e) {
            buffers.values().forEach(Buffer::close);
            throw e;
        }
    }

    /// The same under the owner `parameters`.
    public static Params of(Session session, Map<String, HostArray> arrays) {
        return of(session, "parameters", arrays);
    }

    /// Takes over buffers that are on the device already, in the map's order.
    public static Params wrap(String owner, Map<String, Buffer> buffers) {
        return new Params(owner, buffers);
    }

    /// Takes over the results of a program under the given names, in order.
    public static Params wrap(String owner, List<String> names, List<Buffer> buffers) {
        if (names.size() != buffers.size())
            throw TunebookException.of("Params.wrap", "names and buffers differ in number", names.size() + " and " + buffers.size(), "give one name for each");
        var map = new LinkedHashMap<String, Buffer>();
        for (int i = 0; i < names.size(); i++) map.put(names.get(i), buffers.get(i));
        return new Params(owner, map);
    }

    /// Who holds these, for messages.
    public String owner() {
        return owner;
    }

    /// The buffer called `path`.
    ///
    /// @throws TunebookException if there is none, naming the nearest paths
    public Buffer get(String path) {
        Buffer buffer = buffers.get(path);
        if (buffer == null)
            throw TunebookException.of("Params.get", "no \"" + path + "\" in " + owner, buffers.size() + " names, nearest: "
                + String.join(", ", nearest(path)), "use one of names()");
        return buffer;
    }

    /// Puts `buffer` in the place of the one called `path`, which is closed; this owns it from now on. It must have the same type and shape.
    public void replace(String path, Buffer buffer) {
        Buffer old = get(path);
        if (buffer.dtype() != old.dtype() || !buffer.shape().equals(old.shape()))
            throw TunebookException.of("Params.replace", "another type or shape", "\"" + path + "\" is " + old + ", given " + buffer, "give a buffer of the same type and shape");
        buffers.put(path, buffer.ownedBy(owner));
        if (old != buffer) old.close();
    }

    private List<String> nearest(String path) {
        return buffers.keySet().stream().sorted(Comparator.comparingInt(n -> distance(n, path))).limit(3).toList();
    }

    /// Levenshtein's edit distance.
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) row[j] = j;
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }

    public boolean has(String path) {
        return buffers.containsKey(path);
    }

    /// The names in order.
    public List<String> names() {
        return List.copyOf(buffers.keySet());
    }

    /// The buffers in order.
    public List<Buffer> buffers() {
        return List.copyOf(buffers.values());
    }

    /// Number of buffers.
    public int size() {
        return buffers.size();
    }

    /// Bytes of all buffers by shape and element type.
    public long bytes() {
        return buffers.values().stream().mapToLong(Buffer::bytes).sum();
    }

    /// Copies of all buffers in the host's memory, in order.
    public Map<String, HostArray> toHost() {
        var map = new LinkedHashMap<String, HostArray>();
        buffers.forEach((name, buffer) -> map.put(name, buffer.toHost()));
        return map;
    }

    @Override
    public void close() {
        buffers.values().forEach(Buffer::close);
    }

    @Override
    public String toString() {
        return owner + ": " + buffers.size() + " buffers, " + bytes() + " bytes";
    }
}
