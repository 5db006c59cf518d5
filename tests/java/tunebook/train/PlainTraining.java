package tunebook.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tunebook.data.Batch;
import tunebook.data.Batches;
import tunebook.data.Example;
import tunebook.engine.Buffer;
import tunebook.graph.Gradients;
import tunebook.graph.Graph;
import tunebook.graph.Tensor;
import tunebook.model.LanguageModel;
import tunebook.model.ModelProgram;
import tunebook.nn.FlatAttention;
import tunebook.nn.Modules;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;

/// Training without the library's head: the logits of every token [T, V] at once, their log-softmax, the labels of all tokens with those that are not
/// learned weighed 0, and the gradients that follow from the graph.
final class PlainTraining {
    private final LanguageModel model;
    private final TrainConfig config;
    private final Map<String, Buffer> state = new LinkedHashMap<>();

    private PlainTraining(LanguageModel model, TrainConfig config) {
        this.model = model;
        this.config = config;
    }

    /// The loss of each step; `model` is trained.
    static double[] losses(LanguageModel model, TrainConfig config, List<Example> examples) {
        Batches batches = Batches.bySize(examples, config.batchSize(), 1, config.maxSteps(), config.seed(), config.shuffle());
        PlainTraining training = new PlainTraining(model, config);
        double[] losses = new double[config.maxSteps()];
        try (ModelProgram program = ModelProgram.compile(model, training.step(batches))) {
            for (int n = 1; n <= losses.length; n++) losses[n - 1] = training.run(program, n, batch(batches, n - 1));
        } finally {
            training.state.values().forEach(Buffer::close);
        }
        return losses;
    }

    /// Batch `i` in as many slots as the largest one needs.
    private static Batch batch(Batches batches, int i) {
        return Batch.of(batches.groups().get(i).stream().map(batches.examples()::get).toList(), batches.capacity(), batches.learned());
    }

    private Graph step(Batches batches) {
        Graph g = new Graph("plain_step");
        Map<String, Tensor> trainable = new LinkedHashMap<>();
        for (String path : model.trainable()) {
            Shape shape = model.type(path).shape();
            trainable.put(path, g.donated(path, DType.F32, shape));
            for (String moment : List.of(AdamW.first(path), AdamW.second(path))) state.put(moment, model.session().put(HostArray.zeros(DType.F32, shape)));
        }
        Tensor loss = loss(g, trainable, batches);
        Tensor mean = loss.div(g.parameter("learned", DType.F32, Shape.of()));
        AdamW.update(g, config, trainable, Gradients.of(mean, trainable.values()), mean);
        g.output("loss", mean);
        return g;
    }

    private Tensor loss(Graph g, Map<String, Tensor> trainable, Batches batches) {
        Modules m = model.modules(ModelProgram.weights(model, g, trainable), Optional.empty());
        int t = batches.capacity(), v = model.network().vocabSize();
        Tensor tokens = g.parameter("tokens", DType.I32, Shape.of(t));
        Tensor positions = g.parameter("positions", DType.I32, Shape.of(t));
        Tensor segments = g.parameter("segments", DType.I32, Shape.of(t));
        Tensor hidden = model.network().hidden(m, tokens, positions, new FlatAttention(m.compute(), segments, positions), false);
        Tensor logits = model.network().logits(m, hidden); // [T, V]
        Tensor shifted = logits.sub(logits.max(1).reshape(t, 1));
        Tensor logProbability = shifted.sub(shifted.exp().sum(1).log().reshape(t, 1));
        Tensor label = g.iota(DType.I32, 1, t, v).eq(g.parameter("labels", DType.I32, Shape.of(t)).reshape(t, 1)).to(DType.F32);
        return logProbability.mul(label).sum(1).mul(g.parameter("mask", DType.F32, Shape.of(t))).sum(0).neg();
    }

    private double run(ModelProgram program, int n, Batch batch) {
        Map<String, HostArray> values = new LinkedHashMap<>(Map.of("tokens", batch.tokens(), "positions", batch.positions(), "segments", batch.segments(),
            "learned", HostArray.scalar((float) batch.learnedTokens())));
        int[] labels = new int[(int) batch.tokens().size()];
        float[] mask = new float[labels.length];
        for (int i = 0; i < batch.learnedTokens(); i++) {
            labels[(int) batch.predictors().getLong(i)] = (int) batch.targets().getLong(i);
            mask[(int) batch.predictors().getLong(i)] = 1;
        }
        values.put("labels", HostArray.of(labels));
        values.put("mask", HostArray.of(mask));
        AdamW.scalars(config, n).forEach((name, value) -> values.put(name, HostArray.scalar(value)));
        Map<String, Buffer> in = new LinkedHashMap<>(state);
        values.forEach((name, value) -> in.put(name, model.session().put(value)));
        Map<String, Buffer> out = program.run(in);
        values.keySet().forEach(name -> in.get(name).close());
        for (String name : new ArrayList<>(out.keySet())) {
            if (state.containsKey(name)) state.put(name, out.get(name));
            else if (model.trainable().contains(name)) model.replace(name, out.get(name));
        }
        try (Buffer loss = out.get("loss"); Buffer norm = out.get("gradient_norm")) {
            return loss.toHost().scalarFloat();
        }
    }
}
