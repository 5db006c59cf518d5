package tunebook.silent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import tunebook.TinyGemma;
import tunebook.data.ChatData;
import tunebook.data.ChatMessage;
import tunebook.data.Example;
import tunebook.data.Row;
import tunebook.engine.Session;
import tunebook.gemma.Gemma3;
import tunebook.io.SafeTensors;
import tunebook.lora.Lora;
import tunebook.lora.LoraModel;
import tunebook.nn.Precision;
import tunebook.tensor.HostArray;
import tunebook.tensor.Seed;
import tunebook.train.History;
import tunebook.train.Schedule;
import tunebook.train.StepListener;
import tunebook.train.StepReport;
import tunebook.train.TrainConfig;
import tunebook.train.Trainer;

/// What the mistakes are made with: small models, rows and files, all of them right.
final class Toys {
    static final Lora LORA = new Lora().rank(2).targets("q_proj", "v_proj");
    static final TrainConfig CONFIG = new TrainConfig().maxSteps(2).batchSize(4).learningRate(1e-3).schedule(Schedule.CONSTANT).shuffle(false);
    static final int BOS = 2, STOP = 5;
    private static final Path SMALL = Path.of("tests/golden/lora/nested-base"); // three layers compile faster than seven
    private static final String LAST_DOWN = "language_model.model.layers.2.mlp.down_proj.weight";

    private Toys() {}

    static Gemma3 base() {
        return Gemma3.load(SMALL, Session.open("cpu"), Precision.F32);
    }

    /// Something done with a fresh adapter on the small model.
    static void adapter(Consumer<LoraModel> with) {
        adapter(SMALL, with);
    }

    /// The same on the model in `folder`.
    static void adapter(Path folder, Consumer<LoraModel> with) {
        try (Gemma3 base = Gemma3.load(folder, Session.open("cpu"), Precision.F32); LoraModel model = LORA.attach(base, Seed.of(1))) {
            with.accept(model);
        }
    }

    /// `<bos>`, a question of `number`, and an answer that ends in a stop token; the answer is learned.
    static Example example(int number) {
        return learned(List.of(BOS, 20, 21 + number, 30), List.of(40 + number, STOP));
    }

    static Example learned(List<Integer> prompt, List<Integer> completion) {
        List<Integer> all = new ArrayList<>(prompt);
        all.addAll(completion);
        return TinyGemma.example(all.stream().mapToInt(Integer::intValue).toArray(), prompt.size());
    }

    /// The same tokens, learned from `from` on.
    static Example learned(Example e, int from) {
        return TinyGemma.example(e.tokens(), from);
    }

    static List<Example> examples(int from, int to) {
        return IntStream.range(from, to).mapToObj(Toys::example).toList();
    }

    /// All that a run says before its first step, which is not taken.
    static void begin(LoraModel model, List<Example> train, List<Example> test) {
        begin(model, t -> t.run(train, test));
    }

    static void begin(LoraModel model, ChatData train, ChatData test) {
        begin(model, t -> t.run(train, test));
    }

    private static void begin(LoraModel model, Consumer<Trainer> run) {
        class Begun extends RuntimeException {
            private static final long serialVersionUID = 1;
        }
        Trainer trainer = new Trainer(model, CONFIG).listen(new StepListener() {
            @Override
            public void onStart(List<String> notes) {
                throw new Begun();
            }

            @Override
            public void onStep(StepReport report) {}
        });
        try {
            run.accept(trainer);
            throw new AssertionError("the run did not begin");
        } catch (Begun e) {
            // as it should
        }
    }

    static History train(LoraModel model, TrainConfig config) {
        return new Trainer(model, config).run(examples(0, 8), List.of());
    }

    static Row chat(String user, String assistant) {
        return new Row.Conversation(List.of(ChatMessage.user(user), ChatMessage.assistant(assistant)), List.of(), "");
    }

    static ChatData chats(int from, int to) {
        return ChatData.of(IntStream.range(from, to).mapToObj(i -> chat("say " + i, "fine " + i)).toList(), "chats");
    }

    /// Plain questions, each with `before` in front, numbered from `from` on.
    static ChatData texts(String before, int from, int to) {
        return ChatData.of(IntStream.range(from, to).<Row>mapToObj(i -> new Row.Text(before + "question: " + i + "\nanswer:", " fine " + i, "")).toList(), "texts");
    }

    /// A copy of the seven-layer model whose files can be spoilt: config.json as text, the weights by name.
    static Path copy(Path folder, Map<String, String> inConfig, Consumer<Map<String, HostArray>> weights) throws IOException {
        Files.createDirectories(folder);
        String config = Files.readString(TinyGemma.FOLDER.resolve("config.json"));
        for (var e : inConfig.entrySet()) config = config.replace(e.getKey(), e.getValue());
        Files.writeString(folder.resolve("config.json"), config);
        Files.copy(TinyGemma.FOLDER.resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
        try (SafeTensors tiny = SafeTensors.open(TinyGemma.FOLDER)) {
            Map<String, HostArray> all = new HashMap<>();
            tiny.names().forEach(n -> all.put(n, tiny.get(n)));
            weights.accept(all);
            SafeTensors.write(folder.resolve("model.safetensors"), all, Map.of("format", "pt"));
        }
        return folder;
    }

    static Path copySmall(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (String file : List.of("config.json", "tokenizer.json", "model.safetensors")) Files.copy(SMALL.resolve(file), folder.resolve(file));
        return folder;
    }

    /// The small model with a weight that holds a NaN, in the last layer's `mlp.down_proj`.
    static Path broken(Path folder) throws IOException {
        copySmall(folder);
        Map<String, HostArray> all = new HashMap<>();
        try (SafeTensors small = SafeTensors.open(SMALL)) {
            small.names().forEach(n -> all.put(n, small.get(n)));
            HostArray weight = all.get(LAST_DOWN);
            float[] values = weight.toFloats();
            values[5] = Float.NaN;
            all.put(LAST_DOWN, HostArray.of(values, weight.shape().toArray()));
            SafeTensors.write(folder.resolve("model.safetensors"), all, Map.of("format", "pt"));
        }
        return folder;
    }

    /// The small model with a chat template of its own.
    static Path withTemplate(Path folder, String jinja) throws IOException {
        Files.writeString(copySmall(folder).resolve("chat_template.jinja"), jinja);
        return folder;
    }

    static void load(Path folder) {
        Gemma3.load(folder, Session.open("cpu"), Precision.F32).close();
    }

    /// Puts `value` into every number of the adapter's matrices that end so.
    static void fill(LoraModel model, String ending, float value) {
        for (String path : model.trainable()) {
            if (!path.endsWith(ending)) continue;
            float[] values = new float[(int) model.buffer(path).shape().size()];
            java.util.Arrays.fill(values, value);
            model.replace(path, model.session().put(HostArray.of(values, model.buffer(path).shape().toArray()), "adapter"));
        }
    }
}
