package tunebook.io;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import tunebook.quant.BlockFormat;
import tunebook.quant.Blocks;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.TunebookException;

/// An open GGUF file (version 2 or 3), mapped into memory.
///
/// Opening reads the header alone. Arrays that [#get] gives are copies and outlive the file, and so does [#metadata].
public final class Gguf implements AutoCloseable {
    private final MappedFile mapped;
    private final GgufHeader header;
    private final Arena arena;

    private Gguf(MappedFile mapped, GgufHeader header, Arena arena) {
        this.mapped = mapped;
        this.header = header;
        this.arena = arena;
    }

    /// Maps `file` and checks its header. Throws [TunebookException] where it is missing, truncated or not what the format
    /// says. A block type that cannot be read is no error here but in [#get].
    public static Gguf open(Path file) {
        Arena arena = Arena.ofShared();
        try {
            MappedFile mapped = MappedFile.map("Gguf.open", file, arena);
            return new Gguf(mapped, GgufHeader.parse(file, mapped.bytes()), arena);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /// Version of the format, 2 or 3.
    public int version() {
        return header.version();
    }

    public GgufMetadata metadata() {
        return header.metadata();
    }

    /// The tensors' names, in the order of the file.
    public List<String> names() {
        return List.copyOf(header.tensors().keySet());
    }

    /// What the file says of each tensor, in its order.
    public Collection<GgufTensor> tensors() {
        return Collections.unmodifiableCollection(header.tensors().values());
    }

    public boolean contains(String name) {
        return header.tensors().containsKey(name);
    }

    /// What the file says of the tensor called `name`. Throws [TunebookException] with the nearest names where there is none.
    public GgufTensor tensor(String name) {
        GgufTensor tensor = header.tensors().get(name);
        if (tensor == null)
            throw TunebookException.of("Gguf.tensor", "no tensor is called \"" + name + "\"", mapped.path() + " holds " + header.tensors().size() + " tensors",
                "nearest: " + String.join(", ", Nearest.names(name, header.tensors().keySet(), 3)));
        return tensor;
    }

    /// The numbers of the tensor called `name` as `type` (F32, BF16 or F16), rounded once from the block format's floats.
    ///
    /// Throws [TunebookException] naming tensor and type where the block type cannot be read.
    public HostArray get(String name, DType type) {
        return get(name, type, Arena.ofAuto());
    }

    /// The same in memory of `memory`. No more than some MiB of the file itself are in memory meanwhile.
    public HostArray get(String name, DType type, Arena memory) {
        GgufTensor tensor = tensor(name);
        BlockFormat format = tensor.format().orElseThrow(() -> TunebookException.of("Gguf.get", "unknown block type " + tensor.typeName(),
            "tensor \"" + name + "\" of " + mapped.path(), "use a file with " + BlockFormat.readableNames()));
        return Blocks.dequantize(name, format, blocks(tensor, format), tensor.shape(), type, memory);
    }

    private MemorySegment blocks(GgufTensor tensor, BlockFormat format) {
        if (isClosed()) throw TunebookException.of("Gguf.get", "the file is closed", mapped.path() + ", tensor \"" + tensor.name() + "\"", "ask for tensors before closing it");
        return mapped.bytes().asSlice(tensor.offset(), format.bytes(tensor.shape().size()));
    }

    /// Unmaps the file. Closing again does nothing.
    @Override
    public void close() {
        if (!isClosed()) arena.close();
    }

    private boolean isClosed() {
        return !arena.scope().isAlive();
    }

    @Override
    public String toString() {
        return "Gguf[" + mapped.path() + ", " + header.tensors().size() + " tensors" + (isClosed() ? ", closed]" : "]");
    }
}
