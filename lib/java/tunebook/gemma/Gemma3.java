package tunebook.gemma;

import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.nio.file.Path;
import tunebook.data.ChatTemplate;
import tunebook.data.PromptFrame;
import tunebook.engine.Buffer;
import tunebook.engine.Params;
import tunebook.engine.Session;
import tunebook.graph.Tensor;
import tunebook.io.AtomicFiles;
import tunebook.io.SafeTensors;
import tunebook.io.hub.Hub;
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

/// A Gemma 3 text model on a device: frozen as it is loaded, or trainable whole as it is made by [#fresh].
///
/// Loading the same files again shares the frozen parameters already on the device; [#close] frees them with their last user.
public final class Gemma3 implements LanguageModel {
    private final Gemma3Network network;
    private final Session session;
    private final Compute compute;
    private final Tokenizer tokenizer;
    private final ChatTemplate template;
    private final SharedParams.Lease parameters;
    private final Set<String> trainable;
    private Optional<PromptFrame> promptFrame = Optional.empty();
    private final Optional<Path> source;

    private Gemma3(Gemma3Network network, Session session, Compute compute, Tokenizer tokenizer, ChatTemplate template, SharedParams.Lease parameters,
                   Set<String> trainable, Optional<Path> source) {
        this.network = network;
        this.session = session;
        this.compute = compute;
        this.tokenizer = tokenizer;
        this.template = template;
        this.parameters = parameters;
        this.trainable = trainable;
        this.source = source;
    }

    /// A model from a Hugging Face folder (config.json, safetensors, tokenizer.json) or a GGUF file, computing in [Precision#MIXED].
    public static Gemma3 load(Path folderOrGguf, Session session) {
        return load(folderOrGguf, session, Precision.MIXED);
    }

    /// A model of the hub, fetched if it is not in the cache yet: `Gemma3.load(Hub.repo("google/gemma-3-270m-it"), session)`.
    ///
    /// @throws tunebook.tensor.TunebookException as [Hub#fetch] and the other forms do
    public static Gemma3 load(Hub repo, Session session) {
        return load(repo.fetch(), session);
    }

    /// The same in a given precision. Weights are kept as BF16, or as F32 with [Precision#F32].
    ///
    /// @throws tunebook.tensor.TunebookException if a file is missing or damaged, if config.json is of another architecture, if a weight is
    ///         missing, left over or of another shape than config.json says, or if the tokenizer is another model's; nothing stays on the device then
    public static Gemma3 load(Path folderOrGguf, Session session, Precision precision) {
        try (Gemma3Files files = Gemma3Files.open(folderOrGguf); Meanwhile<Tokenizer> reading = new Meanwhile<>(files::checkedTokenizer)) {
            Gemma3Network network = new Gemma3Network(files.config());
            DType stored = precision == Precision.F32 ? DType.F32 : DType.BF16;
            SharedParams.Lease parameters = SharedParams.acquire(session, folderOrGguf, stored, () -> load(files, network, stored, session));
            try {
                Tokenizer tokenizer = reading.get();
                return new Gemma3(network, session, compute(session, precision), tokenizer, files.template(tokenizer), parameters, Set.of(), Optional.of(folderOrGguf));
            } catch (RuntimeException e) {
                parameters.close();
                throw e;
            }
        }
    }

    private static Params load(Gemma3Files files, Gemma3Network network, DType stored, Session session) {
        Map<String, Buffer> buffers = new LinkedHashMap<>();
        try {
            network.parameters().forEach((path, shape) -> buffers.put(path, load(files, path, shape, stored, session)));
            return Params.wrap("base model", buffers);
        } catch (RuntimeException e) {
            buffers.values().forEach(Buffer::close);
            throw e;
        }
    }

    private static Buffer load(Gemma3Files files, String path, Shape shape, DType stored, Session session) {
        Arena memory = Session.unsetMemory();
        HostArray weight;
        try {
            weight = files.weight(path, shape, stored, memory);
        } catch (Throwable t) {
            memory.close();
            throw t;
        }
        return session.adopt(weight, memory, "base model");
    }

    /// This model speaking another chat format (a base model borrowing FunctionGemma's, say). It shares this one's parameters; close both.
    public Gemma3 withTemplate(ChatTemplate other) {
        return new Gemma3(network, session, compute, tokenizer, other, parameters.again(), trainable, source);
    }

    /// A model with random weights (normal, deviation 0.02; norms as identities), all of them trainable.
    public static Gemma3 fresh(Gemma3Config config, Tokenizer tokenizer, ChatTemplate template, Session session, Precision precision, Seed seed) {
        Gemma3Network network = new Gemma3Network(config);
        Map<String, HostArray> start = new LinkedHashMap<>();
        network.parameters().forEach((path, shape) -> start.put(path, random(path, shape, seed)));
        return trainable(network, tokenizer, template, session, precision, start);
    }

    /// A model with the random weights of [#fresh], frozen and in BF16 as a loaded one's are: for measuring what needs no download.
    public static Gemma3 frozen(Gemma3Config config, Tokenizer tokenizer, ChatTemplate template, Session session, Seed seed) {
        Gemma3Network network = new Gemma3Network(config);
        Map<String, Buffer> buffers = new LinkedHashMap<>();
        try {
            network.parameters().forEach((path, shape) -> buffers.put(path, session.put(random(path, shape, seed).to(DType.BF16), "base model")));
        } catch (RuntimeException e) {
            buffers.values().forEach(Buffer::close);
            throw e;
        }
        return new Gemma3(network, session, compute(session, Precision.MIXED), tokenizer, template, SharedParams.owned(Params.wrap("base model", buffers)), Set.of(), Optional.empty());
    }

    private static HostArray random(String path, Shape shape, Seed seed) {
        RandomGenerator random = seed.derive(path).random();
        float[] values = new float[Math.toIntExact(shape.size())];
        if (shape.rank() > 1) for (int i = 0; i < values.length; i++) values[i] = (float) (random.nextGaussian() * 0.02);
        return HostArray.of(values, shape.toArray());
    }

    /// A copy of `model`'s weights in F32, all of them trainable.
    public static Gemma3 trainable(Gemma3 model, Precision precision) {
        Map<String, HostArray> start = new LinkedHashMap<>();
        model.network.parameters().keySet().forEach(path -> start.put(path, model.buffer(path).toHost().to(DType.F32)));
        return trainable(model.network, model.tokenizer, model.template, model.session, precision, start);
    }

    private static Gemma3 trainable(Gemma3Network network, Tokenizer tokenizer, ChatTemplate template, Session session, Precision precision, Map<String, HostArray> start) {
        SharedParams.Lease parameters = SharedParams.owned(Params.of(session, "trainable model", start));
        return new Gemma3(network, session, compute(session, precision), tokenizer, template, parameters, new LinkedHashSet<>(start.keySet()), Optional.empty());
    }

    private static Compute compute(Session session, Precision precision) {
        if (precision == Precision.F32 || !session.hasBf16()) return Compute.F32;
        return session.platform().equals("cpu") ? Compute.MIXED_CPU : Compute.MIXED;
    }

    /// Writes config.json and model.safetensors (BF16, Hugging Face names) into `folder`, each whole or not at all. The tokenizer's files are not copied.
    public void save(Path folder) {
        Map<String, HostArray> weights = new LinkedHashMap<>();
        network.parameters().keySet().forEach(path -> weights.put(path, buffer(path).toHost().to(DType.BF16)));
        AtomicFiles.writeText(folder.resolve("config.json"), network.config().toJson());
        SafeTensors.write(folder.resolve("model.safetensors"), weights, Map.of("format", "pt"));
    }

    public Gemma3Config config() {
        return network.config();
    }

    @Override
    public Optional<Path> source() {
        return source;
    }

    @Override
    public ModelFiles files() {
        return Gemma3Files.open(source.orElseThrow(() -> TunebookException.of("Gemma3.files", "the model does not come from files", name() + " was made in memory",
            "save it as a folder with its tokenizer, load that and attach the adapter to it")));
    }

    @Override
    public Gemma3 reload(Path files, Precision precision) {
        return load(files, session, precision);
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
    public Session session() {
        return session;
    }

    @Override
    public Compute compute() {
        return compute;
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public ChatTemplate template() {
        return template;
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
        return parameters.params().get(path);
    }

    @Override
    public void replace(String path, Buffer value) {
        parameters.params().replace(path, value);
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
        return network.settings(compute);
    }

    @Override
    public void close() {
        parameters.close();
    }

    @Override
    public String toString() {
        return name() + " on " + session.platform();
    }
}
