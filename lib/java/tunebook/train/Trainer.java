package tunebook.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.LoggerFactory;
import tunebook.data.Batch;
import tunebook.data.Batches;
import tunebook.data.ChatData;
import tunebook.data.Example;
import tunebook.data.ExampleBuilder;
import tunebook.data.ExampleBuilder.TooLong;
import tunebook.data.Examples;
import tunebook.data.PromptFrame;
import tunebook.model.LanguageModel;
import tunebook.nn.AnswerLoss;
import tunebook.tensor.TunebookException;

/// Trains a model's trainable parameters on rows: a bare loop of optimizer steps that listeners attach to.
///
/// `new Trainer(tuned, config).listen(LossCurve.live()).run(train, test)`. The step is compiled once for a run. An interrupt of the thread ends
/// the run after the step it is in; what was learned until then stays in the model.
public final class Trainer {
    /// Steps that speeds are averaged over.
    private static final int RECENT = 10;

    private final LanguageModel model;
    private final TrainConfig config;
    private final List<StepListener> listeners = new ArrayList<>();
    private Optional<Checkpoints> checkpoints = Optional.empty();
    private boolean resume;

    public Trainer(LanguageModel model, TrainConfig config) {
        if (model.trainable().isEmpty())
            throw TunebookException.of("Trainer", "nothing is trainable", model.name(), "attach adapters first: new Lora().targets(...).attach(model, seed)");
        this.model = model;
        this.config = config.checked();
    }

    /// Also tells `listener` of each step; returns this.
    public Trainer listen(StepListener listener) {
        listeners.add(listener);
        return this;
    }

    /// Writes checkpoints of the run; returns this. The folder must hold none yet.
    public Trainer checkpoints(Checkpoints where) {
        checkpoints = Optional.of(where);
        resume = false;
        return this;
    }

    /// Goes on from the last checkpoint in `where`'s folder and writes more of them; returns this. Model, rows and configuration must be those of the run
    /// that wrote it, which is checked; the steps that follow are then bit for bit those of the unbroken run.
    public Trainer resume(Checkpoints where) {
        checkpoints = Optional.of(where);
        resume = true;
        return this;
    }

    /// Trains on what follows the prompt of each of `train`'s rows. Rows that are left out are counted in the [History#notes].
    public History run(ChatData train) {
        Examples rows = examples(train);
        return run(rows.examples(), List.of(), List.of("train: " + rows), rows.warnings());
    }

    /// The same, and evaluates the mean loss over the learned tokens of `test`: every `evalEvery` steps and at the end.
    public History run(ChatData train, ChatData test) {
        Examples rows = examples(train);
        Examples held = examples(test);
        return run(rows.examples(), held.examples(), List.of("train: " + rows, "test: " + held), rows.warnings());
    }

    private Examples examples(ChatData data) {
        TooLong policy = config.skipLong() ? TooLong.SKIP : TooLong.ERROR;
        return new ExampleBuilder(model.tokenizer(), model.template()).maxTokens(config.maxLength()).tooLong(policy).examples(data);
    }

    /// Trains on `train` as it is, however long its examples are; `test` may be empty.
    ///
    /// @throws TunebookException if `train` is empty, if nothing in a step or in `test` is learned, or when a loss or gradient is not finite (naming the
    ///                           first bad parameter; the parameters are then those of the step before)
    public History run(List<Example> train, List<Example> test) {
        return run(train, test, List.of(), List.of());
    }

    private History run(List<Example> train, List<Example> test, List<String> rows, List<String> warnings) {
        if (train.isEmpty()) throw TunebookException.of("Trainer.run", "no example to train on", model.name(), "give at least one row with an answer");
        if (!test.isEmpty() && test.stream().allMatch(e -> e.learnedCount() == 0)) throw nothingLearned("none of the " + test.size() + " test examples");
        List<String> found = new ArrayList<>(warnings);
        found.addAll(ExampleChecks.warnings(model, train, test));
        Batches batches = plan(train);
        List<String> notes = new ArrayList<>(rows);
        notes.add(describe(batches));
        found.forEach(w -> warn(notes, w));
        if (checkpoints.isEmpty()) return run(batches, test, notes, Optional.empty());
        try (CheckpointWriter writer = CheckpointWriter.open(checkpoints.get(), resume, Fingerprint.of(model, config, batches, test))) {
            return run(batches, test, notes, Optional.of(writer));
        }
    }

    private History run(Batches batches, List<Example> test, List<String> notes, Optional<CheckpointWriter> writer) {
        int learned = AnswerLoss.capacity(batches.learned());
        try (TrainStep step = new TrainStep(model, config, batches.capacities(), learned);
             Evaluation evaluation = new Evaluation(model, test, batches.capacity())) {
            List<StepReport> done = writer.map(w -> w.begin(model, step, notes)).orElse(List.of());
            listeners.forEach(l -> l.onStart(notes));
            if (!done.isEmpty()) listeners.forEach(l -> l.onResume(done));
            return loop(batches, learned, notes, done, step, evaluation, writer);
        }
    }

    /// A warning is printed at once and stays among the notes.
    private static void warn(List<String> notes, String warning) {
        LoggerFactory.getLogger(Trainer.class).warn("{}", warning);
        notes.add(History.WARNING + warning);
    }

    private Batches plan(List<Example> train) {
        int count = config.maxSteps() * config.accumulation();
        Batches batches = config.batchTokens() > 0 ? Batches.byTokens(train, config.batchTokens(), count, config.seed(), config.shuffle())
            : Batches.bySize(train, config.batchSize(), config.accumulation(), config.maxSteps(), config.seed(), config.shuffle());
        List<Integer> empty = IntStream.range(0, config.maxSteps()).filter(n -> learned(batches, n) == 0).boxed().toList();
        if (!empty.isEmpty()) throw nothingLearned(empty.size() + " of " + config.maxSteps() + " steps, the first of them step " + (empty.getFirst() + 1));
        return batches;
    }

    private long learned(Batches batches, int step) {
        return batches.groups().subList(step * config.accumulation(), (step + 1) * config.accumulation()).stream().flatMap(List::stream)
            .mapToLong(i -> batches.examples().get(i).learnedCount()).sum();
    }

    private TunebookException nothingLearned(String where) {
        return TunebookException.of("Trainer.run", "nothing would be learned: all labels are masked", where, "give rows with an answer, or mark the tokens to learn");
    }

    private String describe(Batches batches) {
        return String.format(Locale.ROOT, "batches: %d steps of %d x %s token slots, %.0f %% of them filled, at most %,d learned", config.maxSteps(),
            config.accumulation(), batches.capacities().stream().map(c -> String.format(Locale.ROOT, "%,d", c)).collect(Collectors.joining(" or ")),
            100 * batches.fill(), batches.learned());
    }

    private History loop(Batches batches, int learned, List<String> notes, List<StepReport> done, TrainStep step, Evaluation evaluation,
                         Optional<CheckpointWriter> writer) {
        List<StepReport> reports = new ArrayList<>(done);
        Unmoved before = new Unmoved(model);
        boolean interrupted = false;
        for (int n = done.size() + 1; n <= config.maxSteps() && !interrupted; n++) {
            long start = System.nanoTime();
            int first = (n - 1) * config.accumulation();
            List<Batch> micro = IntStream.range(first, first + config.accumulation()).mapToObj(i -> batches.get(i, learned)).toList();
            TrainStep.Outcome outcome = step.run(n, micro);
            double seconds = (System.nanoTime() - start) / 1e9;
            if (!outcome.isFinite()) throw NotFinite.at(n, outcome, model, step, micro);
            if (n == 1 && outcome.gradientNorm() == 0)
                warn(notes, ExampleChecks.warning("the gradient is 0 everywhere: nothing is being learned", "step 1, loss " + outcome.loss(),
                    "look for matrices that are all zeros (an adapter needs A drawn at random and B zero) and for a loss that is 0 already"));
            boolean evaluate = n == config.maxSteps() || config.evalEvery() > 0 && n % config.evalEvery() == 0;
            OptionalDouble evalLoss = evaluate ? evaluation.loss() : OptionalDouble.empty();
            StepReport report = report(n, micro, outcome, seconds, reports, evalLoss);
            reports.add(report);
            listeners.forEach(l -> l.onStep(report));
            interrupted = Thread.interrupted();
            boolean last = interrupted || n == config.maxSteps();
            if (last) NotFinite.check(n, model);
            writer.ifPresent(w -> w.after(reports, last));
        }
        PromptFrame.of(batches.examples()).ifPresent(model::trainedOn);
        if (reports.size() > done.size()) before.warning().ifPresent(w -> warn(notes, w));
        History history = new History(reports, interrupted, notes);
        listeners.forEach(l -> l.onEnd(history));
        return history;
    }

    private StepReport report(int n, List<Batch> micro, TrainStep.Outcome outcome, double seconds, List<StepReport> before, OptionalDouble evalLoss) {
        long tokens = micro.stream().mapToLong(Batch::realTokens).sum();
        int samples = micro.stream().mapToInt(Batch::documents).sum();
        List<StepReport> recent = before.subList(Math.max(Math.min(1, before.size()), before.size() - RECENT), before.size());
        double time = seconds + recent.stream().mapToDouble(StepReport::seconds).sum();
        double perToken = (tokens + recent.stream().mapToLong(StepReport::tokens).sum()) / time;
        double perSample = (samples + recent.stream().mapToInt(StepReport::samples).sum()) / time;
        double left = (config.maxSteps() - n) * time / (recent.size() + 1);
        return new StepReport(n, config.maxSteps(), outcome.loss(), config.rateAt(n), outcome.gradientNorm(), tokens, outcome.learnedTokens(), samples,
            seconds, perToken, perSample, left, model.session().liveBytes(), evalLoss);
    }
}
