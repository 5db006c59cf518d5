package tunebook.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tunebook.data.ChatData;
import tunebook.data.Example;
import tunebook.data.ExampleBuilder;
import tunebook.data.synthetic.PracticeTools;
import tunebook.engine.Session;
import tunebook.gemma.FunctionGemma;
import tunebook.gemma.Gemma3;
import tunebook.gemma.Gemma3Config;
import tunebook.nn.Precision;
import tunebook.tensor.Seed;
import tunebook.tokenizer.Tokenizer;
import tunebook.train.Schedule;
import tunebook.train.TrainConfig;
import tunebook.train.Trainer;

/// Makes `data/tiny-functiongemma`: a small Gemma 3 trained from random weights on practice function calls.
@Command(name = "tiny-model", description = "Trains the tiny model of data/ from random weights on generated practice calls.")
final class TinyModelCommand implements Callable<Integer> {
    @Option(names = "--tokenizer", description = "folder of its tokenizer", defaultValue = "data/tiny-functiongemma") private Path tokenizer;
    @Option(names = "--out", required = true, description = "folder to write the model to") private Path out;
    @Option(names = "--minutes", description = "stop after this long", defaultValue = "60") private double minutes;
    @Option(names = "--copy-steps", description = "steps on short rows, all of the text learned", defaultValue = "500") private int copySteps;
    @Option(names = "--steps", description = "then steps on whole rows, answers learned", defaultValue = "2400") private int steps;
    @Option(names = "--wide-steps", description = "then steps on rows of many tools and of words sewn from any letters", defaultValue = "2400") private int wideSteps;
    @Option(names = "--rows", description = "practice rows", defaultValue = "60000") private int rows;
    @Option(names = "--slots", description = "tokens of a step", defaultValue = "8192") private int slots;
    @Option(names = "--rate", defaultValue = "2e-3") private double rate;
    @Option(names = "--max-length", description = "longer documents are left out", defaultValue = "1024") private int maxLength;
    @Option(names = "--hidden", defaultValue = "192") private int hidden;
    @Option(names = "--layers", defaultValue = "6") private int layers;
    @Option(names = "--mlp", defaultValue = "640") private int mlp;
    @Option(names = "--start", description = "folder of a model to go on from") private Path start;

    @Override
    public Integer call() throws Exception {
        Tokenizer words = Tokenizer.load(tokenizer);
        Session session = Session.open("cpu");
        Gemma3Config config = new Gemma3Config(words.vocabSize(), hidden, mlp, layers, 4, 1, 64, 1e-6, 64, 512, Gemma3Config.layerTypes(layers, layers == 6 ? 3 : layers / 2),
            1e6, 1e4, 1, true, 2048);
        Gemma3 model = start == null ? Gemma3.fresh(config, words, new FunctionGemma(), session, Precision.MIXED, Seed.of(1))
            : Gemma3.trainable(Gemma3.load(start, session), Precision.MIXED);
        long parameters = model.network().parameters().values().stream().mapToLong(s -> s.size()).sum();
        System.out.printf("%s, %,d parameters%n", model, parameters);
        if (copySteps > 0) stage(model, words, List.of(PracticeTools.Stage.COPY, PracticeTools.Stage.FIRST), copySteps, ExampleBuilder.Learn.FULL_TEXT, 1);
        if (steps > 0) stage(model, words, List.of(PracticeTools.Stage.FULL, PracticeTools.Stage.FIRST), steps, ExampleBuilder.Learn.COMPLETION, 0);
        if (wideSteps > 0) stage(model, words, List.of(PracticeTools.Stage.WIDE), wideSteps, ExampleBuilder.Learn.COMPLETION, 0);
        model.save(out);
        return 0;
    }

    private void stage(Gemma3 model, Tokenizer words, List<PracticeTools.Stage> stages, int steps, ExampleBuilder.Learn learn, double finalRate) {
        ExampleBuilder builder = new ExampleBuilder(words, model.template()).maxTokens(maxLength).learn(learn);
        List<Example> examples = new ArrayList<>();
        for (PracticeTools.Stage stage : stages) {
            Path file = Path.of("target", "practice-" + stage + ".jsonl");
            PracticeTools.write(file, Seed.of(11), stage == stages.getFirst() ? rows : rows / 4, stage);
            ChatData data = ChatData.read(file);
            if (stage == PracticeTools.Stage.WIDE) examples.addAll(joined(words, data, model));
            else examples.addAll(builder.examples(data).examples());
        }
        Collections.shuffle(examples, new Random(1));
        List<Example> test = examples.subList(0, 200);
        System.out.printf("%s: %d rows, %.0f tokens a row, %.0f learned%n", stages, examples.size(), examples.stream().mapToInt(Example::length).average().orElse(0),
            examples.stream().mapToInt(Example::learnedCount).average().orElse(0));
        TrainConfig c = new TrainConfig().maxSteps(steps).batchTokens(slots).maxLength(maxLength).learningRate(rate).warmupSteps(Math.min(100, steps / 10)).schedule(finalRate == 1 ? Schedule.CONSTANT : Schedule.COSINE)
            .finalRate(finalRate).beta2(0.99).weightDecay(0.01).evalEvery(Math.max(50, steps / 20)).seed(Seed.of(3));
        long begin = System.nanoTime();
        new Trainer(model, c).listen(r -> {
            if (r.step() % 20 == 0 || r.evalLoss().isPresent())
                System.out.printf("%5d  loss %.4f  grad %.2f  %5.0f tok/s  %.0f s %s%n", r.step(), r.loss(), r.gradientNorm(), r.tokensPerSecond(), (System.nanoTime() - begin) / 1e9,
                    r.evalLoss().isPresent() ? "  eval " + r.evalLoss().getAsDouble() : "");
            if ((System.nanoTime() - begin) / 6e10 > minutes) Thread.currentThread().interrupt();
            if (r.step() % 500 == 0) model.save(out);
        }).run(examples.subList(200, examples.size()), test);
    }

    /// Rows that share their tools as one document: the declarations once, then each request and its calls. Only the calls are learned.
    private List<Example> joined(Tokenizer words, ChatData data, Gemma3 model) {
        ExampleBuilder builder = new ExampleBuilder(words, model.template());
        return IntStream.range(0, data.size() / PracticeTools.TOGETHER).parallel().mapToObj(i -> {
            List<int[]> parts = new ArrayList<>();
            for (int k = 0; k < PracticeTools.TOGETHER; k++) {
                ExampleBuilder.Rendered row = builder.render(data.row(i * PracticeTools.TOGETHER + k));
                int from = k == 0 ? 0 : row.prompt().indexOf("<start_of_turn>user");
                parts.add(words.encode(row.prompt().substring(from)));
                parts.add(words.encode(row.completion()));
            }
            return alternately(parts);
        }).filter(e -> e.length() <= maxLength).toList();
    }

    /// The parts end to end, every second one learned.
    private static Example alternately(List<int[]> parts) {
        int length = parts.stream().mapToInt(p -> p.length).sum();
        int[] tokens = new int[length];
        boolean[] learned = new boolean[length];
        int at = 0;
        for (int i = 0; i < parts.size(); i++) {
            System.arraycopy(parts.get(i), 0, tokens, at, parts.get(i).length);
            if (i % 2 == 1) Arrays.fill(learned, at, at + parts.get(i).length, true);
            at += parts.get(i).length;
        }
        return new Example(tokens, learned);
    }
}
