package tunebook.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tunebook.check.PeakMemory;
import tunebook.data.ChatData;
import tunebook.engine.Session;
import tunebook.gemma.FunctionGemma;
import tunebook.gemma.Gemma3;
import tunebook.lora.Lora;
import tunebook.lora.LoraModel;
import tunebook.tensor.Seed;
import tunebook.train.Checkpoints;
import tunebook.train.StepReport;
import tunebook.train.TrainConfig;
import tunebook.train.Trainer;

/// `./tunebook train`: LoRA on a model and rows of one's own, without a notebook.
@Command(name = "train", description = "LoRA fine-tuning of a Hugging Face folder or a GGUF file; writes a PEFT adapter")
final class TrainCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Option(names = "--model", description = "model folder, .gguf file or hub:owner/name", defaultValue = "data/tiny-functiongemma") private Path model;
    @Option(names = "--data", description = "rows to train on, JSONL", defaultValue = "data/phone-actions/train.jsonl") private Path data;
    @Option(names = "--function-gemma", description = "use FunctionGemma's chat format whatever the model's own is (a base model)") private boolean functionGemma;
    @Option(names = "--device", description = "cpu, cuda or tpu; the best there is where left out") private Optional<String> device;
    @Option(names = "--steps", defaultValue = "100") private int steps;
    @Option(names = "--batch-size", description = "rows of a step", defaultValue = "4") private int batchSize;
    @Option(names = "--max-length", description = "longer rows are left out and counted", defaultValue = "1024") private int maxLength;
    @Option(names = "--rate", description = "peak learning rate", defaultValue = "2e-4") private double rate;
    @Option(names = "--rank", defaultValue = "8") private int rank;
    @Option(names = "--targets", description = "rule for module paths", defaultValue = ".*(q|k|v|gate|up|down)_proj") private String targets;
    @Option(names = "--checkpoint-layers", description = "compute layers again in the backward pass: less memory, more time") private boolean checkpointLayers;
    @Option(names = "--checkpoint-every", description = "steps from one checkpoint of the run to the next; none where left out") private Optional<Integer> checkpointEvery;
    @Option(names = "--checkpoints", description = "folder of the checkpoints; the adapter's with -checkpoints where left out") private Optional<Path> checkpoints;
    @Option(names = "--keep-last", description = "how many checkpoints stay", defaultValue = "2") private int keepLast;
    @Option(names = "--resume", description = "go on from the last checkpoint; all else must be as it was") private boolean resume;
    @Option(names = "--seed", defaultValue = "42") private long seed;
    @Option(names = "--out", description = "folder of the adapter", defaultValue = "out/adapter") private Path out;

    @Override
    public Integer call() {
        Session session = device.map(Session::open).orElseGet(Session::open);
        try (Gemma3 loaded = Gemma3.load(FetchCommand.place(model, spec.commandLine().getErr()), session);
             Gemma3 base = loaded.withTemplate(functionGemma ? new FunctionGemma() : loaded.template());
             LoraModel tuned = new Lora().rank(rank).alpha(2 * rank).targets(targets).attach(base, Seed.of(seed))) {
            say(session.describe());
            say(tuned.parameters().toString());
            TrainConfig config = new TrainConfig().maxSteps(steps).batchSize(batchSize).maxLength(maxLength).skipLong(true).learningRate(rate)
                .warmupSteps(steps / 20).checkpointLayers(checkpointLayers).seed(Seed.of(seed));
            var history = trainer(tuned, config).listen(this::report).run(ChatData.read(data));
            history.notes().forEach(this::say);
            tuned.saveAdapter(out);
        }
        OptionalLong peak = PeakMemory.bytes();
        say("adapter " + out + (peak.isPresent() ? ", peak memory %.2f GiB".formatted(peak.getAsLong() / (double) (1 << 30)) : ""));
        return 0;
    }

    private Trainer trainer(LoraModel tuned, TrainConfig config) {
        Trainer trainer = new Trainer(tuned, config);
        if (checkpointEvery.isEmpty() && !resume) return trainer;
        Checkpoints kept = new Checkpoints(checkpoints.orElse(Path.of(out + "-checkpoints"))).keepLast(keepLast);
        Checkpoints where = checkpointEvery.map(kept::every).orElse(kept);
        return resume ? trainer.resume(where) : trainer.checkpoints(where);
    }

    private void report(StepReport r) {
        say("step %d/%d  loss %.4f  norm %.3f  %.1f s  %.0f tokens/s".formatted(r.step(), r.maxSteps(), r.loss(), r.gradientNorm(), r.seconds(), r.tokensPerSecond()));
    }

    private void say(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }
}
