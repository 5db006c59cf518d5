package tunebook.cli;

import java.util.List;
import java.util.Map;
import tunebook.data.Batch;
import tunebook.data.Batches;
import tunebook.data.Example;
import tunebook.graph.Kept;
import tunebook.graph.Graph;
import tunebook.graph.Operations;
import tunebook.model.Blueprint;
import tunebook.model.LanguageModel;
import tunebook.model.ModelProgram;
import tunebook.nn.AnswerLoss;
import tunebook.tensor.Seed;
import tunebook.train.TrainConfig;
import tunebook.train.TrainGraphs;

/// What an optimizer step of one micro-batch costs, counted from its graph.
///
/// @param operations  floating-point operations of its products
/// @param kept        bytes that the forward pass leaves for the backward pass; with checkpointed layers, also those of one layer, which is computed again
/// @param arguments   bytes of its inputs: weights, adapters, the optimizer's state, the batch
record StepCost(long operations, long kept, long arguments) {
    /// Of a step on all `examples` together.
    static StepCost of(Blueprint model, TrainConfig config, List<Example> examples) {
        Batch batch = batch(examples);
        Graph step = graph(model, config, batch);
        long kept = kept(step);
        if (config.checkpointLayers()) kept += kept(graph(model, config.checkpointLayers(false), batch)) / model.network().layers();
        return new StepCost(Operations.of(step, Map.of("positions", batch.positions().toInts())), kept,
            step.parameters().values().stream().mapToLong(t -> t.shape().size() * t.dtype().bytes()).sum());
    }

    /// Bytes that the compiler sets aside for what is neither argument nor result of a step on all `examples` together.
    static long working(LanguageModel model, TrainConfig config, List<Example> examples) {
        try (ModelProgram step = ModelProgram.compile(model, graph(model, config, batch(examples)))) {
            return step.compiled().memoryStats().temporary();
        }
    }

    private static Batch batch(List<Example> examples) {
        Batches batches = Batches.bySize(examples, examples.size(), 1, 1, Seed.of(0), false);
        return batches.get(0, AnswerLoss.capacity(batches.learned()));
    }

    private static Graph graph(Blueprint model, TrainConfig config, Batch batch) {
        return new TrainGraphs(model, config, (int) batch.tokens().size(), (int) batch.targets().size()).whole();
    }

    private static long kept(Graph step) {
        return Kept.bytes(step.outputs().get("loss"));
    }
}
