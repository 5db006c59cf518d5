package tunebook.train;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tunebook.data.Batch;
import tunebook.engine.Buffer;
import tunebook.engine.Session;
import tunebook.graph.Graph;
import tunebook.graph.Tensor;
import tunebook.model.Blueprint;
import tunebook.nn.AnswerLoss;
import tunebook.nn.FlatAttention;
import tunebook.nn.Modules;
import tunebook.tensor.DType;
import tunebook.tensor.Shape;

/// The loss of one batch as a graph, and the batch as its inputs.
final class BatchLoss {
    private BatchLoss() {}

    /// The summed negative log likelihood of a batch's learned tokens, over inputs named as the fields of [Batch].
    ///
    /// @param capacity token slots
    /// @param learned  slots for learned tokens
    static Tensor sum(Blueprint model, Modules m, int capacity, int learned, AnswerLoss.Gradient gradient, boolean checkpoint) {
        Graph g = m.graph();
        Tensor tokens = g.parameter("tokens", DType.I32, Shape.of(capacity));
        Tensor positions = g.parameter("positions", DType.I32, Shape.of(capacity));
        Tensor segments = g.parameter("segments", DType.I32, Shape.of(capacity));
        Tensor predictors = g.parameter("predictors", DType.I32, Shape.of(learned));
        Tensor targets = g.parameter("targets", DType.I32, Shape.of(learned));
        Tensor weights = g.parameter("weights", DType.F32, Shape.of(learned));
        Tensor hidden = model.network().hidden(m, tokens, positions, new FlatAttention(m.compute(), segments, positions), checkpoint, Optional.of(predictors));
        return AnswerLoss.sum(m.compute(), hidden, m.weight(model.network().headPath()), targets, weights, gradient);
    }

    /// A batch on the device, by the names of [#sum]'s inputs; the caller closes it.
    static Map<String, Buffer> put(Session s, Batch b) {
        Map<String, Buffer> in = new LinkedHashMap<>();
        in.put("tokens", s.put(b.tokens(), "batch"));
        in.put("positions", s.put(b.positions(), "batch"));
        in.put("segments", s.put(b.segments(), "batch"));
        in.put("predictors", s.put(b.predictors(), "batch"));
        in.put("targets", s.put(b.targets(), "batch"));
        in.put("weights", s.put(b.weights(), "batch"));
        return in;
    }
}
