package tunebook.train;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import tunebook.data.Batch;
import tunebook.data.Batches;
import tunebook.data.ChatData;
import tunebook.data.Example;
import tunebook.data.ExampleBuilder;
import tunebook.engine.Buffer;
import tunebook.graph.Graph;
import tunebook.model.LanguageModel;
import tunebook.model.ModelProgram;
import tunebook.nn.AnswerLoss;
import tunebook.nn.Modules;
import tunebook.tensor.TunebookException;

/// The mean loss over held-out examples, compiled when it is first asked for. Closing it frees the program.
public final class Evaluation implements AutoCloseable {
    private static final int SLOTS = 2048;

    private final LanguageModel model;
    private final Batches batches;
    private Optional<ModelProgram> program = Optional.empty();

    /// @param examples what to evaluate on; may be empty
    /// @param slots    token slots of a batch, if the longest example fits into them
    public Evaluation(LanguageModel model, List<Example> examples, int slots) {
        this.model = model;
        this.batches = Batches.inOrder(examples, slots);
    }

    /// The mean loss of `model` over what follows the prompts of `data`'s rows, in nats a learned token.
    ///
    /// @throws tunebook.tensor.TunebookException if no row has anything to learn, or if the thread is interrupted before the last of them
    public static double meanLoss(LanguageModel model, ChatData data) {
        List<Example> examples = new ExampleBuilder(model.tokenizer(), model.template()).examples(data).examples();
        try (Evaluation evaluation = new Evaluation(model, examples, SLOTS)) {
            return evaluation.loss().orElseThrow(() -> TunebookException.of("Evaluation.meanLoss", "interrupted", data.toString(), "evaluate again"));
        }
    }

    /// The mean over all learned tokens, in nats; empty where there are no examples, or where the thread is interrupted before the last of them
    /// (it stays so).
    ///
    /// @throws TunebookException if no token is learned, or if the loss is not finite
    public OptionalDouble loss() {
        if (batches.size() == 0) return OptionalDouble.empty();
        int learned = AnswerLoss.capacity(batches.learned());
        if (program.isEmpty()) program = Optional.of(ModelProgram.compile(model, graph(learned)));
        double loss = 0;
        long count = 0;
        for (int i = 0; i < batches.size(); i++) {
            if (Thread.currentThread().isInterrupted()) return OptionalDouble.empty();
            Batch b = batches.get(i, learned);
            Map<String, Buffer> in = BatchLoss.put(model.session(), b);
            try (Buffer out = program.get().run(in).get("loss")) {
                loss += out.toHost().scalarFloat();
            } finally {
                in.values().forEach(Buffer::close);
            }
            count += b.learnedTokens();
        }
        if (!Double.isFinite(loss / count))
            throw TunebookException.of("Evaluation", count == 0 ? "no token was scored" : "the loss is not finite", loss + " nats over " + count + " tokens of "
                + batches.examples().size() + " examples", count == 0 ? "give rows with an answer" : "look for numbers in the model that are not finite: load it again");
        return OptionalDouble.of(loss / count);
    }

    private Graph graph(int learned) {
        Graph g = new Graph("evaluate");
        Modules m = model.modules(ModelProgram.weights(model, g, Map.of()), Optional.empty());
        g.output("loss", BatchLoss.sum(model, m, batches.capacity(), learned, AnswerLoss.Gradient.NONE, false));
        return g;
    }

    @Override
    public void close() {
        program.ifPresent(ModelProgram::close);
        program = Optional.empty();
    }
}
