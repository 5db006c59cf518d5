package tunebook.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tunebook.check.PeakMemory;
import tunebook.data.Batches;
import tunebook.data.ChatData;
import tunebook.data.Example;
import tunebook.data.ExampleBuilder;
import tunebook.engine.Session;
import tunebook.gemma.FunctionGemma;
import tunebook.gemma.Gemma3;
import tunebook.lora.LoraModel;
import tunebook.nn.Precision;
import tunebook.tensor.HostArray;
import tunebook.tensor.Seed;
import tunebook.tokenizer.Tokenizer;
import tunebook.train.StepReport;
import tunebook.train.TrainConfig;
import tunebook.train.Trainer;

/// The project's side of `./tunebook bench load`: a model's files to parameters on the device, and rows to batches, as one line of JSON.
@Command(name = "measure-load", description = "Time and memory of loading a model, and of making batches of rows; one JSON line (./tunebook bench load compares)")
final class MeasureLoadCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ROWS = 10_000, BATCH = 8;

    @Spec private CommandSpec spec;
    @Parameters(paramLabel = "MODEL", description = "model folder or .gguf") private Path model;
    @Option(names = "--precision", description = "MIXED or F32", defaultValue = "MIXED") private Precision precision;
    @Option(names = "--rows", description = "JSONL: 10,000 of its rows, again from the first where it has fewer, are made into batches") private Optional<Path> rows;
    @Option(names = "--tokenizer", description = "folder with the tokenizer that rows go through, in place of the model's; its vocabulary may not be larger") private Optional<Path> tokenizer;
    @Option(names = "--steps", description = "training steps of 8 of these rows that tell how long training on all of them takes", defaultValue = "3") private int steps;

    @Override
    public Integer call() throws JsonProcessingException {
        Map<String, Object> out = new LinkedHashMap<>();
        try (Session session = Session.open()) {
            session.put(HostArray.scalar(1)).close(); // the device is there
            long before = PeakMemory.bytes().orElse(0), start = System.nanoTime();
            try (Gemma3 loaded = Gemma3.load(model, session, precision)) {
                out.put("load_s", since(start));
                out.put("parameters_mb", session.liveBytes() / 1e6);
                out.put("peak_rss_before_mb", before / 1e6);
                out.put("peak_rss_mb", PeakMemory.bytes().orElse(0) / 1e6);
                start = System.nanoTime();
                Gemma3.load(model, session, precision).close(); // shares the parameters
                out.put("of_it_tokenizer_s", since(start));
                if (rows.isPresent()) data(loaded, rows.get(), out);
            }
        }
        out.replaceAll((_, v) -> v instanceof Double d ? Double.parseDouble(String.format(Locale.ROOT, "%.6g", d)) : v);
        spec.commandLine().getOut().println(JSON.writeValueAsString(out));
        return 0;
    }

    private static double since(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    /// Reading, tokenizing and packing, and the seconds of a training on as many tokens by its median step's tokens/s; the step that compiles is left out.
    private void data(Gemma3 loaded, Path file, Map<String, Object> out) {
        try (Gemma3 base = loaded.withTemplate(new FunctionGemma()); LoraModel tuned = Workload.lora(8).attach(base, Seed.of(1))) {
            Tokenizer words = tokenizer.map(Tokenizer::load).orElse(base.tokenizer());
            long start = System.nanoTime();
            ChatData some = ChatData.read(file);
            ChatData all = ChatData.of(IntStream.range(0, ROWS).mapToObj(i -> some.row(i % some.size())).toList(), file.toString());
            List<Example> examples = new ExampleBuilder(words, base.template()).examples(all).examples();
            Batches batches = Batches.bySize(examples, BATCH, 1, ROWS / BATCH, Seed.of(1), true);
            for (int i = 0; i < ROWS / BATCH; i++) batches.get(i, batches.learned());
            out.put("batches_s", since(start));
            long tokens = examples.stream().mapToLong(Example::length).sum();
            List<StepReport> reports = new Trainer(tuned, new TrainConfig().maxSteps(steps + 1).batchSize(2).accumulation(BATCH / 2)).run(examples.subList(0, BATCH * 8), List.of()).steps();
            double[] rates = reports.stream().skip(1).mapToDouble(r -> r.tokens() / r.seconds()).sorted().toArray();
            double training = tokens / rates[rates.length / 2];
            out.put("tokens", tokens);
            out.put("tokens_per_s", rates[rates.length / 2]);
            out.put("training_s", training);
            out.put("share_of_training", (double) out.get("batches_s") / training);
        }
    }
}
