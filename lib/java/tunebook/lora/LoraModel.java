package tunebook.lora;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import tunebook.data.ChatTemplate;
import tunebook.data.PromptFrame;
import tunebook.engine.Params;
import tunebook.engine.Session;
import tunebook.engine.Buffer;
import tunebook.graph.Tensor;
import tunebook.model.Certificate;
import tunebook.model.LanguageModel;
import tunebook.model.ModelFiles;
import tunebook.nn.CausalLm;
import tunebook.nn.Compute;
import tunebook.nn.Modules;
import tunebook.nn.Precision;
import tunebook.nn.Weights;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Seed;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;
import tunebook.tokenizer.Tokenizer;

/// A frozen model with low-rank adapters beside some of its linear modules. Only the adapters are trained.
///
/// It owns the adapters' device memory ([#close] frees it) and shares the base's, which must stay open.
public final class LoraModel implements LanguageModel {
    /// As huggingface_hub splits: 5 GB.
    private static final long SHARD_BYTES = 5_000_000_000L;

    private final LanguageModel base;
    private final LoraBlueprint blueprint;
    private final Params adapters;
    private final Set<String> trainable;
    private Optional<PromptFrame> promptFrame = Optional.empty();

    private LoraModel(LanguageModel base, LoraBlueprint blueprint, Map<String, HostArray> adapters) {
        if (base instanceof LoraModel)
            throw TunebookException.of("Lora.attach", "the model has an adapter already", base.name(), "attach to its base(), or fuse() it and load the fused model");
        this.base = base;
        this.blueprint = blueprint;
        this.adapters = Params.of(base.session(), "adapter", adapters);
        this.trainable = blueprint.trainable();
    }

    static LoraModel fresh(LanguageModel base, Lora lora, Seed seed) {
        LoraBlueprint blueprint = LoraBlueprint.of(base, lora);
        Map<String, HostArray> start = new LinkedHashMap<>();
        blueprint.adapters().forEach((path, shape) -> start.put(path,
            path.endsWith(".lora_A.weight") ? uniform(shape.dim(0), shape.dim(1), seed.derive(path)) : HostArray.zeros(DType.F32, shape)));
        return new LoraModel(base, blueprint, start);
    }

    /// A model with given adapters: for each target module A [rank, in] and B [out, rank], by their paths.
    static LoraModel of(LanguageModel base, Lora lora, List<String> targets, Map<String, HostArray> adapters) {
        return new LoraModel(base, new LoraBlueprint(base, lora, targets), adapters);
    }

    /// Uniform in ±sqrt(1/in), as torch's kaiming_uniform_ with a = sqrt(5), which PEFT uses for A.
    private static HostArray uniform(int rank, int in, Seed seed) {
        RandomGenerator random = seed.random();
        float bound = (float) Math.sqrt(1.0 / in);
        float[] values = new float[rank * in];
        for (int i = 0; i < values.length; i++) values[i] = (random.nextFloat() * 2 - 1) * bound;
        return HostArray.of(values, rank, in);
    }

    public LanguageModel base() {
        return base;
    }

    public Lora lora() {
        return blueprint.lora();
    }

    /// Paths of the adapted modules, in the order of the network.
    public List<String> targets() {
        return blueprint.targets();
    }

    @Override
    public String name() {
        return blueprint.name();
    }

    @Override
    public CausalLm network() {
        return base.network();
    }

    @Override
    public Session session() {
        return base.session();
    }

    @Override
    public Compute compute() {
        return base.compute();
    }

    @Override
    public Tokenizer tokenizer() {
        return base.tokenizer();
    }

    @Override
    public ChatTemplate template() {
        return base.template();
    }

    @Override
    public Optional<Path> source() {
        return base.source();
    }

    /// The trainable parameters, counted as PEFT's `print_trainable_parameters` does.
    public ParameterTable parameters() {
        long frozen = network().parameters().values().stream().mapToLong(Shape::size).sum();
        long added = trainable.stream().mapToLong(p -> buffer(p).shape().size()).sum();
        List<ParameterTable.Row> rows = trainable.stream().map(p -> {
            Shape shape = buffer(p).shape();
            return new ParameterTable.Row(p, shape, shape.size(), shape.size() / (double) (frozen + added));
        }).toList();
        return new ParameterTable(rows, added, frozen + added);
    }

    /// Writes the adapter into `folder` as PEFT does (`adapter_config.json`, `adapter_model.safetensors`); PEFT and [Lora#load] read it. What was
    /// written is read back and held against this model; `certificate.json` says what was found.
    ///
    /// @throws tunebook.tensor.TunebookException if the folder cannot be written or the check fails; what was there before is then as it was
    public Certificate saveAdapter(Path folder) {
        return AdapterFile.write(folder, this);
    }

    /// Writes the base with the adapter added to its weights, W + s·B·A, into `folder`: a Hugging Face model without adapter, with the base's
    /// configuration, tokenizer and chat template. The sum is taken in F32 from the base's own files and rounded once, to their element type (BF16
    /// where they are a GGUF file's blocks). What was written is read back and held against this model; `certificate.json` says what was found.
    ///
    /// @throws tunebook.tensor.TunebookException if the base was made in memory, if the fused weights equal the base's (an adapter that was not
    ///         trained), if the folder is the base's or cannot be written, or if the check fails; what was there before is then as it was
    public Certificate fuse(Path folder) {
        return fuse(folder, SHARD_BYTES);
    }

    /// The same in files of at most `maxShardBytes` of tensors each (a larger tensor stands alone), with `model.safetensors.index.json` beside them.
    public Certificate fuse(Path folder, long maxShardBytes) {
        return Fusion.write(this, folder, maxShardBytes);
    }

    @Override
    public ModelFiles files() {
        return Fusion.open(this);
    }

    @Override
    public LanguageModel reload(Path files, Precision precision) {
        return base.reload(files, precision);
    }

    @Override
    public Optional<PromptFrame> promptFrame() {
        return promptFrame;
    }

    @Override
    public void trainedOn(PromptFrame frame) {
        promptFrame = Optional.of(frame);
    }

    @Override
    public Set<String> trainable() {
        return trainable;
    }

    @Override
    public Buffer buffer(String path) {
        return trainable.contains(path) ? adapters.get(path) : base.buffer(path);
    }

    @Override
    public void replace(String path, Buffer value) {
        adapters.replace(path, value);
    }

    @Override
    public Modules modules(Weights weights, Optional<Tensor> dropoutState) {
        return blueprint.modules(weights, dropoutState);
    }

    @Override
    public boolean usesDropout() {
        return blueprint.usesDropout();
    }

    @Override
    public Map<String, String> settings() {
        return blueprint.settings();
    }

    @Override
    public void close() {
        adapters.close();
    }
}
