package tunebook.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tunebook.data.Batch;
import tunebook.data.Example;
import tunebook.engine.Buffer;
import tunebook.graph.Gradients;
import tunebook.graph.Graph;
import tunebook.graph.Tensor;
import tunebook.model.LanguageModel;
import tunebook.model.ModelProgram;
import tunebook.nn.AnswerLoss;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;

/// The summed loss of packed documents and its gradients, as a training step computes them, without an update: one program for all batches of a size.
final class SummedGradients implements AutoCloseable {
    private final LanguageModel model;
    private final int capacity;
    private final int learned;
    private final boolean checkpoint;
    private final ModelProgram program;

    /// For batches of `capacity` token slots with room for `learned` learned tokens.
    SummedGradients(LanguageModel model, int capacity, int learned) {
        this(model, capacity, learned, false);
    }

    SummedGradients(LanguageModel model, int capacity, int learned, boolean checkpoint) {
        this.checkpoint = checkpoint;
        this.model = model;
        this.capacity = capacity;
        this.learned = AnswerLoss.capacity(learned);
        this.program = ModelProgram.compile(model, graph());
    }

    private Graph graph() {
        Graph g = new Graph("summed_gradients");
        Map<String, Tensor> trainable = new LinkedHashMap<>();
        model.trainable().forEach(path -> trainable.put(path, g.parameter(path, DType.F32, model.type(path).shape())));
        Tensor loss = BatchLoss.sum(model, model.modules(ModelProgram.weights(model, g, trainable), Optional.empty()), capacity, learned,
            AnswerLoss.Gradient.HIDDEN, checkpoint);
        g.output("loss", loss);
        List<Tensor> gradients = Gradients.of(loss, trainable.values());
        int i = 0;
        for (String path : trainable.keySet()) g.output("d " + path, gradients.get(i++));
        return g;
    }

    /// `loss`, and `d ` and a parameter's path for each trainable parameter.
    Map<String, HostArray> of(List<Example> documents) {
        Map<String, Buffer> in = BatchLoss.put(model.session(), Batch.of(documents, capacity, learned));
        Map<String, HostArray> out = new LinkedHashMap<>();
        program.run(in).forEach((name, buffer) -> {
            try (buffer) {
                out.put(name, buffer.toHost());
            }
        });
        in.values().forEach(Buffer::close);
        return out;
    }

    @Override
    public void close() {
        program.close();
    }
}
