package tunebook.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import tunebook.graph.Gradients;
import tunebook.graph.Graph;
import tunebook.graph.OpsShape;
import tunebook.graph.Tensor;
import tunebook.model.Blueprint;
import tunebook.model.ModelProgram;
import tunebook.nn.AnswerLoss;
import tunebook.nn.Modules;
import tunebook.nn.Weights;
import tunebook.tensor.DType;
import tunebook.tensor.Shape;

/// The programs of an optimizer step, as graphs: they need a model's blueprint only.
///
/// @param capacity token slots of a micro-batch
/// @param learned  slots for learned tokens, an [AnswerLoss#capacity]
public record TrainGraphs(Blueprint model, TrainConfig config, int capacity, int learned) {
    static final String SUM = "sum:";

    /// The whole step: inputs are the trainable parameters, the batch, the moments and the scalars of [AdamW]; outputs have their names, `loss` is the sum.
    public Graph whole() {
        Graph g = new Graph("train_step");
        Map<String, Tensor> trainable = trainable(g, true);
        Tensor loss = loss(ModelProgram.weights(model, g, trainable), trainable);
        Tensor mean = loss.div(g.parameter("learned", DType.F32, Shape.of()));
        List<Tensor> gradients = g.barrier(Gradients.of(mean, trainable.values())); // apart: joined with the update, rows of stacked gradients (LayerLoop) compile for long; other steps do not change
        AdamW.update(g, config, trainable, gradients, loss);
        g.output("loss", loss);
        return g;
    }

    /// Adds a micro-batch's gradients of the summed loss to the sums. What [#once] gives is among its inputs.
    public Graph add() {
        return add(new LinkedHashMap<>());
    }

    /// What [#add] needs that is the same for all micro-batches of a step: it depends on parameters alone.
    public Graph once() {
        Map<String, Function<Modules, Tensor>> values = new LinkedHashMap<>();
        add(values);
        Graph g = new Graph("once");
        Weights weights = ModelProgram.weights(model, g, trainable(g, false));
        values.forEach((name, value) -> g.output(name, value.apply(weights)));
        return g;
    }

    private Graph add(Map<String, Function<Modules, Tensor>> once) {
        Graph g = new Graph("add_gradients");
        Map<String, Tensor> trainable = trainable(g, false);
        Tensor loss = loss(ModelProgram.weights(model, g, trainable).apart(once), trainable);
        List<Tensor> gradients = Gradients.of(loss, trainable.values());
        int i = 0;
        for (String path : trainable.keySet())
            g.output(SUM + path, g.donated(SUM + path, DType.F32, trainable.get(path).shape()).add(gradients.get(i++)));
        g.output("loss", loss);
        return g;
    }

    /// Divides the sums by the learned tokens, updates, and clears them.
    public Graph apply() {
        Graph g = new Graph("apply_gradients");
        Map<String, Tensor> trainable = trainable(g, true);
        List<Tensor> gradients = new ArrayList<>();
        Tensor learned = g.parameter("learned", DType.F32, Shape.of());
        trainable.forEach((path, t) -> {
            Tensor sum = g.donated(SUM + path, DType.F32, t.shape());
            gradients.add(sum.div(learned));
            g.output(SUM + path, g.zeros(sum.type()));
        });
        AdamW.update(g, config, trainable, gradients, g.parameter("loss", DType.F32, Shape.of()));
        return g;
    }

    /// Looks at a micro-batch's gradients of the summed loss without using them: `loss` and, in the order of the trainable parameters, `bad` (F32, how many
    /// numbers of each gradient are not finite) and `largest` (F32, the largest of the others).
    Graph inspect() {
        Graph g = new Graph("inspect_gradients");
        Map<String, Tensor> trainable = trainable(g, false);
        Tensor loss = loss(ModelProgram.weights(model, g, trainable), trainable);
        List<Tensor> bad = new ArrayList<>();
        List<Tensor> largest = new ArrayList<>();
        for (Tensor d : Gradients.of(loss, trainable.values())) {
            int[] axes = IntStream.range(0, d.rank()).toArray();
            Tensor zeros = g.zeros(d.type());
            bad.add(d.isFinite().select(zeros, zeros.add(1)).sum(axes).reshape(1));
            largest.add(d.isFinite().select(d.max(d.neg()), zeros).max(axes).reshape(1));
        }
        g.output("loss", loss);
        g.output("bad", OpsShape.concat(0, bad));
        g.output("largest", OpsShape.concat(0, largest));
        return g;
    }

    private Map<String, Tensor> trainable(Graph g, boolean donated) {
        Map<String, Tensor> out = new LinkedHashMap<>();
        for (String path : model.trainable()) {
            Shape shape = model.type(path).shape();
            out.put(path, donated ? g.donated(path, DType.F32, shape) : g.parameter(path, DType.F32, shape));
        }
        return out;
    }

    /// The summed loss of a batch's learned tokens.
    private Tensor loss(Weights weights, Map<String, Tensor> trainable) {
        Optional<Tensor> dropout = model.usesDropout() ? Optional.of(weights.graph().parameter("dropout", DType.U64, Shape.of(2))) : Optional.empty();
        boolean head = trainable.containsKey(model.network().headPath());
        return BatchLoss.sum(model, model.modules(weights, dropout), capacity, learned,
            head ? AnswerLoss.Gradient.HIDDEN_AND_HEAD : AnswerLoss.Gradient.HIDDEN, config.checkpointLayers());
    }
}
