package tunebook.io;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import tunebook.tensor.Chunks;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.TunebookException;

/// An open safetensors checkpoint: one file, or a folder with `model.safetensors` or with shards that
/// `model.safetensors.index.json` names.
///
/// The files are mapped, not read: opening costs milliseconds at any size, and [#get] copies nothing. Close it when its
/// arrays are no longer used; after that, touching an array that came from it throws. There is no cleaner behind it on
/// purpose: a mapping that nobody closes costs only address space, while one closed behind the back of an array in use
/// would throw at a random moment.
public final class SafeTensors implements AutoCloseable {
    private static final String OPEN = "SafeTensors.open";

    /// Elements that one task copies.
    private static final int PIECE = 1 << 19;

    private record Place(MappedFile file, SafeTensorsHeader.Entry entry) {}

    private final Path path;
    private final Arena arena;
    private final Map<String, Place> places = new TreeMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private SafeTensors(Path path, Arena arena) {
        this.path = path;
        this.arena = arena;
    }

    /// Maps the checkpoint at `path` (a file, a folder, or an `….index.json`) and checks every header.
    ///
    /// Throws [TunebookException] where a file is missing, truncated, or not what the format says.
    public static SafeTensors open(Path path) {
        SafeTensors out = new SafeTensors(path, Arena.ofShared());
        try {
            out.map();
            return out;
        } catch (RuntimeException | Error e) {
            out.close();
            throw e;
        }
    }

    private void map() {
        if (!Files.isDirectory(path)) {
            if (path.toString().endsWith(".index.json")) addShards(path);
            else add(path);
            return;
        }
        Path single = path.resolve(ShardIndex.SINGLE);
        Path index = path.resolve(ShardIndex.FILE);
        if (Files.exists(single)) add(single);          // as transformers does where both exist
        else if (Files.exists(index)) addShards(index);
        else throw TunebookException.of(OPEN, "the folder holds no checkpoint", path.toAbsolutePath() + " has neither " + ShardIndex.SINGLE + " nor " + ShardIndex.FILE,
            "name the file itself, or download the model again");
    }

    private SafeTensorsHeader add(Path file) {
        MappedFile mapped = MappedFile.map(OPEN, file, arena);
        SafeTensorsHeader header = SafeTensorsHeader.parse(file, mapped.bytes());
        header.entries().forEach((name, entry) -> {
            Place before = places.put(name, new Place(mapped, entry));
            if (before != null)
                throw TunebookException.of(OPEN, "two shards hold the same tensor", "\"" + name + "\" in " + before.file.path() + " and " + file,
                    "remove the shards of an older save, or download the model again");
        });
        header.metadata().forEach(metadata::putIfAbsent);
        return header;
    }

    private void addShards(Path indexFile) {
        ShardIndex index = ShardIndex.read(indexFile);
        Map<String, Set<String>> found = new LinkedHashMap<>();
        for (String shard : index.shards()) found.put(shard, add(indexFile.resolveSibling(shard)).entries().keySet());
        index.weightMap().forEach((name, shard) -> {
            if (!found.get(shard).contains(name))
                throw TunebookException.of(OPEN, "a shard lacks a tensor that the index names", "\"" + name + "\" is not in " + indexFile.resolveSibling(shard),
                    "download the index and the shards again, from one revision");
        });
    }

    /// The tensors' names, in alphabetical order.
    public List<String> names() {
        return List.copyOf(places.keySet());
    }

    public boolean contains(String name) {
        return places.containsKey(name);
    }

    /// The tensor called `name`: a read-only view of the mapped file, valid until [#close].
    ///
    /// Throws [TunebookException] naming the nearest names where there is none.
    public HostArray get(String name) {
        if (isClosed()) throw TunebookException.of("SafeTensors.get", "the checkpoint is closed", path + ", tensor \"" + name + "\"", "keep it open while its tensors are used");
        Place place = places.get(name);
        if (place == null)
            throw TunebookException.of("SafeTensors.get", "no tensor is called \"" + name + "\"", path + " holds " + places.size() + " tensors",
                "nearest: " + String.join(", ", Nearest.names(name, places.keySet(), 3)));
        SafeTensorsHeader.Entry e = place.entry;
        return new HostArray(e.dtype(), e.shape(), place.file.bytes().asSlice(e.start(), e.end() - e.start()));
    }

    /// The tensor called `name` as `type`, copied to memory of `memory`. No more than some MiB of the file itself are in memory meanwhile.
    public HostArray read(String name, DType type, Arena memory) {
        HostArray mapped = get(name), out = HostArray.in(memory, type, mapped.shape());
        Chunks.of(mapped.size(), PIECE, (start, count) -> {
            HostArray piece = mapped.part(start, count);
            piece.copyTo(out.part(start, count));
            piece.bytes().unload();
        });
        return out;
    }

    /// The strings of the header's `__metadata__`; of shards, the first one's win.
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    /// Unmaps the files. Arrays that came from here must no longer be touched. Closing again does nothing.
    @Override
    public void close() {
        if (!isClosed()) arena.close();
    }

    private boolean isClosed() {
        return !arena.scope().isAlive();
    }

    @Override
    public String toString() {
        return "SafeTensors[" + path + ", " + places.size() + " tensors" + (isClosed() ? ", closed]" : "]");
    }

    /// Writes `tensors` and `metadata` to one file, whole or not at all ([AtomicFiles]).
    ///
    /// The layout is the Python library's: wider types first, then names in alphabetical order, header padded to 8 bytes.
    public static void write(Path file, Map<String, HostArray> tensors, Map<String, String> metadata) {
        AtomicFiles.write(file, content(file, tensors, metadata));
    }

    /// The same as a file to be, for [AtomicFiles#writeAll] together with others.
    public static AtomicFiles.Content content(Path file, Map<String, HostArray> tensors, Map<String, String> metadata) {
        return SafeTensorsLayout.of(file, tensors, metadata);
    }

    /// Writes `tensors` to `folder` in files of at most `maxShardBytes` of tensors each (a larger tensor stands alone),
    /// with the index beside them; to `model.safetensors` alone where they fit into one. All files appear or none.
    ///
    /// What an earlier save left in the folder under such names goes away once the new files are in place, as
    /// huggingface_hub does it: a reader would otherwise mix both.
    public static void writeSharded(Path folder, Map<String, HostArray> tensors, Map<String, String> metadata, long maxShardBytes) {
        SequencedMap<String, AtomicFiles.Content> shards = shards(folder, tensors, metadata, maxShardBytes);
        LinkedHashMap<Path, AtomicFiles.Content> files = new LinkedHashMap<>();
        shards.forEach((name, content) -> files.put(folder.resolve(name), content));
        AtomicFiles.writeAll(files);
        removeOthers(folder, shards.keySet());
    }

    /// The same as files to be, by name, the index last: for [StagedFiles] together with others.
    public static SequencedMap<String, AtomicFiles.Content> shards(Path folder, Map<String, HostArray> tensors, Map<String, String> metadata, long maxShardBytes) {
        List<Map<String, HostArray>> shards = ShardIndex.split(tensors, maxShardBytes);
        SequencedMap<String, AtomicFiles.Content> files = new LinkedHashMap<>();
        for (int i = 0; i < shards.size(); i++) {
            String name = ShardIndex.name(i, shards.size());
            files.put(name, SafeTensorsLayout.of(folder.resolve(name), shards.get(i), metadata));
        }
        if (shards.size() > 1) files.put(ShardIndex.FILE, ShardIndex.of(shards, List.copyOf(files.keySet())).content());
        return files;
    }

    /// Removes what an earlier save of a checkpoint left in `folder`, all but the files named `kept`.
    public static void removeOthers(Path folder, Set<String> kept) {
        ShardIndex.removeOthers(folder, kept);
    }
}
