package tunebook.export;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import tunebook.data.ChatTemplate;
import tunebook.engine.Buffer;
import tunebook.engine.Params;
import tunebook.engine.Session;
import tunebook.graph.Tensor;
import tunebook.model.LanguageModel;
import tunebook.model.ModelFiles;
import tunebook.nn.CausalLm;
import tunebook.nn.Compute;
import tunebook.nn.Modules;
import tunebook.nn.Precision;
import tunebook.nn.Weights;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;
import tunebook.tokenizer.Tokenizer;

/// A model read back from an ONNX file and its weights, to be held against the one that it was written from.
final class OnnxModel implements LanguageModel {
    private final OnnxNetwork network;
    private final LanguageModel original;
    private final Params weights;

    private OnnxModel(OnnxNetwork network, LanguageModel original, Params weights) {
        this.network = network;
        this.original = original;
        this.weights = weights;
    }

    static OnnxModel read(Path file, LanguageModel original) {
        try (Arena arena = Arena.ofConfined()) {
            GraphProto graph = ModelProto.parseFrom(Files.readAllBytes(file)).getGraph();
            Map<String, MemorySegment> mapped = new HashMap<>();
            Map<String, HostArray> weights = new HashMap<>();
            for (TensorProto t : graph.getInitializerList()) {
                if (t.getDataLocation() != TensorProto.DataLocation.EXTERNAL) continue;
                Map<String, String> place = t.getExternalDataList().stream().collect(Collectors.toMap(e -> e.getKey(), e -> e.getValue()));
                String name = place.get("location");
                if (!mapped.containsKey(name)) mapped.put(name, map(file.resolveSibling(name), arena));
                Shape shape = Shape.of(t.getDimsList().stream().mapToInt(Math::toIntExact).toArray());
                weights.put(t.getName(), new HostArray(DType.F32, shape, mapped.get(name).asSlice(Long.parseLong(place.get("offset")), Long.parseLong(place.get("length")))));
            }
            return new OnnxModel(new OnnxNetwork(graph, original.network()), original, Params.of(original.session(), "ONNX file", weights));
        } catch (IOException | IndexOutOfBoundsException e) {
            throw TunebookException.because(e, "Export.onnx", "the export cannot be read back", file + " (" + e + ")", "check the disk");
        }
    }

    private static MemorySegment map(Path file, Arena arena) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        }
    }

    @Override
    public String name() {
        return network.name();
    }

    @Override
    public CausalLm network() {
        return network;
    }

    @Override
    public Compute compute() {
        return Compute.F32;
    }

    @Override
    public Set<String> trainable() {
        return Set.of();
    }

    @Override
    public Modules modules(Weights weights, Optional<Tensor> dropoutState) {
        return weights;
    }

    @Override
    public boolean usesDropout() {
        return false;
    }

    @Override
    public Map<String, String> settings() {
        return Map.of();
    }

    @Override
    public Session session() {
        return original.session();
    }

    @Override
    public Tokenizer tokenizer() {
        return original.tokenizer();
    }

    @Override
    public ChatTemplate template() {
        return original.template();
    }

    @Override
    public ModelFiles files() {
        throw unsupported();
    }

    @Override
    public LanguageModel reload(Path files, Precision precision) {
        throw unsupported();
    }

    @Override
    public Buffer buffer(String path) {
        return weights.get(path);
    }

    @Override
    public void replace(String path, Buffer value) {
        throw unsupported();
    }

    private TunebookException unsupported() {
        return TunebookException.of("OnnxModel", "an ONNX file is only read to check it", name(), "load the model that it was written from");
    }

    @Override
    public void close() {
        weights.close();
    }
}
