package tunebook.train;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import tunebook.data.Batch;
import tunebook.data.Batches;
import tunebook.data.ChatData;
import tunebook.data.Example;
import tunebook.data.ExampleBuilder;
import tunebook.data.ExampleBuilder.TooLong;
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

    public Trainer(LanguageModel model, TrainConfig config) {
        if (model.trainable().isEmpty())
            throw TunebookException.of("Trainer", "nothing is trainable", model.name(), "attach adapters first: new Lora().targets(...).attach(model, seed)");
        this.model = model;
        this.config = config;
    }

    /// Also tells `listener` of each step; returns this.
    public Trainer listen(StepListener listener) {
        listeners.add(listener);
        return this;
    }

    /// Trains on what follows the prompt of each of `train`'s rows.
    public History run(ChatData train) {
        return run(examples(train), List.of());
    }

    /// The same, and evaluates the mean loss over the learned tokens of `test`: every `evalEvery` steps and at the end.
    public History run(ChatData train, ChatData test) {
        return run(examples(train), examples(test));
    }

    private List<Example> examples(ChatData data) {
        TooLong policy = config.skipLong() ? TooLong.SKIP : TooLong.ERROR;
        return new ExampleBuilder(model.tokenizer(), model.template()).maxTokens(config.maxLength()).tooLong(policy).examples(data).examples();
    }

    /// Trains on `train` as it is; `test` may be empty.
    ///
    /// @throws TunebookException if `train` is empty, if nothing in a batch is learned, or when a loss or gradient is not finite (the parameters are
    ///                           then those of the step before)
    public History run(List<Example> train, List<Example> test) {
        if (train.isEmpty()) throw TunebookException.of("Trainer.run", "no example to train on", model.name(), "give at least one row with an answer");
        Batches batches = plan(train);
        int learned = AnswerLoss.capacity(batches.learned());
        try (TrainStep step = new TrainStep(model, config, batches.capacity(), learned, batches.longest());
             Evaluation evaluation = new Evaluation(model, test, batches.capacity())) {
            return loop(batches, learned, step, evaluation);
        }
    }

    private Batches plan(List<Example> train) {
        int count = config.maxSteps() * config.accumulation();
        return config.batchTokens() > 0 ? Batches.byTokens(train, config.batchTokens(), count, config.seed(), config.shuffle())
            : Batches.bySize(train, config.batchSize(), count, config.seed(), config.shuffle());
    }

    private History loop(Batches batches, int learned, TrainStep step, Evaluation evaluation) {
        List<StepReport> reports = new ArrayList<>();
        boolean interrupted = false;
        for (int n = 1; n <= config.maxSteps() && !interrupted; n++) {
            long start = System.nanoTime();
            int first = (n - 1) * config.accumulation();
            List<Batch> micro = IntStream.range(first, first + config.accumulation()).mapToObj(i -> batches.get(i, learned)).toList();
            TrainStep.Outcome outcome = step.run(n, micro);
            double seconds = (System.nanoTime() - start) / 1e9;
            checkFinite(n, outcome);
            interrupted = Thread.interrupted();
            boolean evaluate = n == config.maxSteps() || interrupted || config.evalEvery() > 0 && n % config.evalEvery() == 0;
            OptionalDouble evalLoss = evaluate ? evaluation.loss() : OptionalDouble.empty();
            StepReport report = report(n, micro, outcome, seconds, reports, evalLoss);
            reports.add(report);
            listeners.forEach(l -> l.onStep(report));
        }
        History history = new History(reports, interrupted);
        listeners.forEach(l -> l.onEnd(history));
        return history;
    }

    private static void checkFinite(int step, TrainStep.Outcome outcome) {
        if (!Double.isFinite(outcome.loss()) || !Double.isFinite(outcome.gradientNorm()))
            throw TunebookException.of("Trainer.run", "loss or gradient is not finite at step " + step, "loss " + outcome.loss() + ", gradient norm "
                + outcome.gradientNorm(), "lower the learning rate or use Precision.F32; the parameters are those of the step before");
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
