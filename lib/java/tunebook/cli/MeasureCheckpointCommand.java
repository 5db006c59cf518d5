package tunebook.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tunebook.data.Example;
import tunebook.engine.Session;
import tunebook.gemma.Gemma3;
import tunebook.lora.LoraModel;
import tunebook.nn.Precision;
import tunebook.tensor.Seed;
import tunebook.train.Checkpoints;
import tunebook.train.StepListener;
import tunebook.train.TrainConfig;
import tunebook.train.Trainer;

/// The project's side of `./tunebook bench checkpoint`: one run whose stretches of ten steps begin with a checkpoint and without one, in turn.
@Command(name = "measure-checkpoint", description = "Seconds of ten LoRA steps with and without a checkpoint before them, in turn; one JSON line (./tunebook bench checkpoint)")
final class MeasureCheckpointCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int EVERY = 10;

    @Spec private CommandSpec spec;
    @Parameters(paramLabel = "WORKLOAD", description = "lines of {\"tokens\", \"completion_start\"}") private Path workload;
    @Option(names = "--model", description = "model folder or .gguf", required = true) private Path model;
    @Option(names = "--out", description = "folder for the run's checkpoints, which holds none yet", required = true) private Path out;
    @Option(names = "--steps", description = "steps that are timed, a multiple of 20", defaultValue = "200") private int steps;
    @Option(names = "--rows", description = "rows of a step", defaultValue = "1") private int rows;

    @Override
    public Integer call() throws JsonProcessingException {
        List<Example> examples = Workload.read(workload);
        List<Long> ends = new ArrayList<>();
        try (Session session = Session.open(); Gemma3 base = Gemma3.load(model, session, Precision.MIXED); LoraModel tuned = Workload.lora(8).attach(base, Seed.of(1))) {
            StepListener clock = _ -> ends.add(System.nanoTime());
            TrainConfig config = new TrainConfig().maxSteps(2 * EVERY + steps).batchSize(rows).shuffle(false).learningRate(1e-4);
            new Trainer(tuned, config).checkpoints(new Checkpoints(out).every(2 * EVERY)).listen(clock).run(examples, List.of());
        }
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("rows", rows);
        figures.put("tokens", examples.stream().limit(rows).mapToInt(Example::length).sum());
        figures.put("with_s", stretches(ends, 2));
        figures.put("without_s", stretches(ends, 3));
        spec.commandLine().getOut().println(JSON.writeValueAsString(figures));
        return 0;
    }

    /// Seconds of every second stretch of ten steps from the `first` on (0 is that of the first ten steps). A step has ended when its listeners hear of it; its checkpoint
    /// is taken after that, so a stretch after a multiple of twenty steps holds the copy and the writing beside its steps.
    static List<Double> stretches(List<Long> ends, int first) {
        return IntStream.iterate(first, i -> (i + 1) * EVERY <= ends.size(), i -> i + 2)
            .mapToObj(i -> (ends.get((i + 1) * EVERY - 1) - ends.get(i * EVERY - 1)) / 1e9).toList();
    }
}
