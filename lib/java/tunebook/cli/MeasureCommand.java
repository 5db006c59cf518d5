package tunebook.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tunebook.check.PeakMemory;
import tunebook.data.Example;
import tunebook.engine.Session;
import tunebook.gemma.Gemma3;
import tunebook.lora.Lora;
import tunebook.lora.LoraModel;
import tunebook.nn.Precision;
import tunebook.tensor.Seed;
import tunebook.train.Schedule;
import tunebook.train.StepReport;
import tunebook.train.TrainConfig;
import tunebook.train.Trainer;

/// The project's side of `./tunebook bench train`: LoRA steps on the workload of `tests/bench`, as one line of JSON with the fields that the peers print.
@Command(name = "measure", description = "Speed, memory and losses of LoRA steps on rows of token ids; one JSON line (./tunebook bench train compares)")
final class MeasureCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Spec private CommandSpec spec;
    @Parameters(paramLabel = "WORKLOAD", description = "lines of {\"tokens\", \"completion_start\"}") private Path workload;
    @Option(names = "--model", description = "model folder or .gguf; made with random weights of the 270M's shape where it is not there", required = true) private Path model;
    @Option(names = "--tokenizer", description = "tokenizer for a model that is made", defaultValue = "data/tiny-functiongemma") private Path tokenizer;
    @Option(names = "--adapter", description = "PEFT folder to start from") private Path adapter;
    @Option(names = "--steps", description = "steps after the first", defaultValue = "5") private int steps;
    @Option(names = "--rows", description = "rows of an optimizer step", defaultValue = "8") private int rows;
    @Option(names = "--micro", description = "rows of a micro-batch", defaultValue = "2") private int micro;
    @Option(names = "--rank", defaultValue = "8") private int rank;
    @Option(names = "--precision", description = "MIXED or F32", defaultValue = "MIXED") private Precision precision;
    @Option(names = "--checkpoint-layers") private boolean checkpointLayers;
    @Option(names = "--layers", description = "layers of a model that is made", defaultValue = "18") private int layers;
    @Option(names = "--cost", description = "first a line of what the graph of a step with one micro-batch says that it costs, at last its program's working memory") private boolean cost;

    @Override
    public Integer call() throws JsonProcessingException {
        RandomModel.makeIfMissing(model, tokenizer, layers);
        List<Example> examples = Workload.read(workload);
        Map<String, Object> figures;
        try (Session session = Session.open(); Gemma3 base = Gemma3.load(model, session, precision); LoraModel tuned = adapted(base)) {
            TrainConfig config = new TrainConfig().maxSteps(steps + 1).batchSize(micro).accumulation(rows / micro).shuffle(false).learningRate(1e-4)
                .schedule(Schedule.CONSTANT).maxGradientNorm(0).checkpointLayers(checkpointLayers);
            if (cost) print(StepCost.of(tuned, config, examples.subList(0, rows)));
            List<Double> ended = new ArrayList<>();
            figures = new TreeMap<>(figures(new Trainer(tuned, config).listen(_ -> ended.add(processSeconds())).run(examples, List.of()).steps()));
            figures.put("first_step_ended_s", rounded(ended.getFirst()));
            figures.put("first_step_began_s", rounded(ended.getFirst() - (double) figures.get("first_step_s")));
            if (cost) figures.put("working_gb", rounded(StepCost.working(tuned, config, examples.subList(0, rows)) / 1e9));
            else addShareOfProducts(figures, ProductPeak.of(session, tuned.compute().dot()), base);
        }
        print(figures);
        return 0;
    }

    /// Since the process began.
    private static double processSeconds() {
        return Duration.between(ProcessHandle.current().info().startInstant().orElseThrow(), Instant.now()).toMillis() / 1e3;
    }

    private void print(Object line) throws JsonProcessingException {
        spec.commandLine().getOut().println(JSON.writeValueAsString(line));
        spec.commandLine().getOut().flush();
    }

    private static void addShareOfProducts(Map<String, Object> figures, double peak, Gemma3 base) {
        figures.put("products_gflops", Math.round(peak / 1e9));
        figures.put("share_of_products", rounded(operations(base) * (double) figures.get("real_tokens_per_s") / peak));
    }

    /// Floating-point operations of the layers' products for one token: each weight once forward and once for the input's gradient. Attention, the head and the
    /// adapters come on top.
    private static double operations(Gemma3 base) {
        return base.network().linearModules().stream().mapToDouble(module -> 4.0 * base.type(module + ".weight").shape().size()).sum();
    }

    private LoraModel adapted(Gemma3 base) {
        return adapter == null ? Workload.lora(rank).attach(base, Seed.of(1)) : Lora.load(adapter, base);
    }

    /// The first step compiles and is left out, as the peers leave it out.
    private Map<String, Object> figures(List<StepReport> all) {
        List<StepReport> timed = all.subList(1, all.size());
        double[] seconds = timed.stream().mapToDouble(StepReport::seconds).sorted().toArray();
        double best = timed.stream().mapToDouble(r -> r.tokens() / r.seconds()).max().orElseThrow();
        double mean = timed.stream().mapToLong(StepReport::tokens).sum() / IntStream.range(0, seconds.length).mapToDouble(i -> seconds[i]).sum();
        return Map.of("peer", "tunebook", "dtype", precision == Precision.F32 ? "f32" : "bf16", "rows", rows, "first_step_s", rounded(all.getFirst().seconds()),
            "step_s", List.of(rounded(seconds[seconds.length / 2]), rounded(seconds[0]), rounded(seconds[seconds.length - 1])),
            "real_tokens_per_s", rounded(best), "mean_tokens_per_s", rounded(mean), "samples_per_s", rounded(rows / seconds[0]),
            "peak_rss_gb", rounded(PeakMemory.bytes().orElse(0) / 1e9), "losses", all.stream().map(StepReport::loss).toList());
    }

    private static double rounded(double x) {
        return Double.parseDouble(String.format(Locale.ROOT, "%.3f", x));
    }
}
