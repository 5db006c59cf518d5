package tunebook.train;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tunebook.data.Batch;
import tunebook.engine.Buffer;
import tunebook.graph.Graph;
import tunebook.graph.StableHlo;
import tunebook.model.LanguageModel;
import tunebook.model.ModelProgram;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Seed;
import tunebook.tensor.Shape;

/// The compiled optimizer step: forward, backward, clipping and AdamW in one program, with parameters and moments updated in place.
///
/// With accumulation there are three programs: one computes what all micro-batches share, one adds a micro-batch's gradients of the summed loss, and one
/// divides by all learned tokens and updates. Owns the moments (and the summed gradients) on the device; the trained parameters stay the model's.
final class TrainStep implements AutoCloseable {
    /// What one optimizer step gave: the mean loss over its learned tokens (nats) and the gradients' global norm before clipping.
    record Outcome(double loss, double gradientNorm, long learnedTokens) {
        boolean isFinite() {
            return Double.isFinite(loss) && Double.isFinite(gradientNorm);
        }
    }

    private final LanguageModel model;
    private final TrainConfig config;
    private final List<Integer> capacities;
    private final int learned;
    /// By token slots of a micro-batch: the whole step or, with accumulation, the adding of its gradients. Compiled when first needed.
    private final Map<Integer, ModelProgram> programs = new HashMap<>();
    /// With accumulation: what micro-batches share.
    private final Optional<ModelProgram> once;
    /// With accumulation: the update.
    private final Optional<ModelProgram> apply;
    private final Map<String, Buffer> state = new LinkedHashMap<>();
    private final Map<String, Buffer> shared = new LinkedHashMap<>();

    /// For batches of one of `capacities` token slots with room for `learned` learned tokens.
    TrainStep(LanguageModel model, TrainConfig config, List<Integer> capacities, int learned) {
        this.model = model;
        this.config = config;
        this.capacities = capacities;
        this.learned = learned;
        this.apply = config.accumulation() == 1 ? Optional.empty() : Optional.of(ModelProgram.compile(model, graphs(0).apply()));
        this.once = config.accumulation() == 1 ? Optional.empty() : Optional.of(graphs(capacities.getFirst()).once()).filter(g -> !g.outputs().isEmpty())
            .map(g -> ModelProgram.compile(model, g));
        try {
            for (String path : model.trainable()) putState(path);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private TrainGraphs graphs(int capacity) {
        return new TrainGraphs(model, config, capacity, learned);
    }

    private ModelProgram program(int capacity) {
        return programs.computeIfAbsent(capacity, c -> ModelProgram.compile(model, micro(c)));
    }

    private Graph micro(int capacity) {
        return apply.isEmpty() ? graphs(capacity).whole() : graphs(capacity).add();
    }

    private void putState(String path) {
        List<String> names = new ArrayList<>(List.of(AdamW.first(path), AdamW.second(path)));
        if (config.accumulation() > 1) names.add(TrainGraphs.SUM + path);
        HostArray zeros = HostArray.zeros(DType.F32, model.buffer(path).shape());
        for (String name : names) state.put(name, model.session().put(zeros, "optimizer"));
    }

    /// What the optimizer keeps from one step to the next, by name.
    Map<String, Buffer> optimizer() {
        Map<String, Buffer> out = new LinkedHashMap<>(state);
        out.keySet().removeIf(name -> name.startsWith(TrainGraphs.SUM)); // zero between two steps
        return out;
    }

    /// Puts a kept value in place of the optimizer's `name`.
    void restore(String name, HostArray value) {
        state.put(name, model.session().put(value, "optimizer")).close();
    }

    /// A hash of the programs' text.
    String programs() {
        List<Graph> graphs = new ArrayList<>(capacities.stream().map(this::micro).toList());
        if (apply.isPresent()) graphs.addAll(List.of(graphs(capacities.getFirst()).once(), graphs(0).apply()));
        return Fingerprint.sha256(graphs.stream().map(g -> StableHlo.emit(g).text()).toList());
    }

    /// Runs one optimizer step, the `step`th (1 for the first), over its micro-batches.
    Outcome run(int step, List<Batch> batches) {
        long learned = batches.stream().mapToLong(Batch::learnedTokens).sum();
        double loss = 0;
        Map<String, Buffer> out = Map.of();
        share();
        for (int i = 0; i < batches.size(); i++) {
            Map<String, Buffer> in = inputs(batches.get(i), step, i);
            if (apply.isEmpty()) putScalars(in, step, learned);
            out = call(program((int) batches.get(i).tokens().size()), in);
            loss += take(out, "loss");
        }
        if (apply.isPresent()) {
            Map<String, Buffer> in = new LinkedHashMap<>();
            putScalars(in, step, learned);
            in.put("loss", model.session().put(HostArray.scalar((float) loss), "batch"));
            out = call(apply.get(), in);
        }
        return new Outcome(loss / learned, take(out, "gradient_norm"), learned);
    }

    /// What [TrainGraphs#inspect] sees in a micro-batch of step `step`, with the parameters as they are. Compiled for this one call.
    Map<String, HostArray> inspect(int step, Batch batch, int micro) {
        Map<String, Buffer> in = inputs(batch, step, micro);
        try (ModelProgram program = ModelProgram.compile(model, graphs((int) batch.tokens().size()).inspect())) {
            Map<String, HostArray> seen = new LinkedHashMap<>();
            program.run(in).forEach((name, buffer) -> {
                try (buffer) {
                    seen.put(name, buffer.toHost());
                }
            });
            return seen;
        } finally {
            in.values().forEach(Buffer::close);
        }
    }

    /// Computes anew what micro-batches share.
    private void share() {
        shared.values().forEach(Buffer::close);
        shared.clear();
        once.ifPresent(program -> shared.putAll(program.run(Map.of())));
    }

    /// Calls `program` with the state and `in`, closes `in`, and puts back what came out under the name of a parameter or of the state.
    private Map<String, Buffer> call(ModelProgram program, Map<String, Buffer> in) {
        Map<String, Buffer> all = new LinkedHashMap<>(state);
        all.putAll(shared);
        all.putAll(in);
        Map<String, Buffer> out;
        try {
            out = new LinkedHashMap<>(program.run(all));
        } finally {
            in.values().forEach(Buffer::close);
        }
        for (String name : List.copyOf(out.keySet())) {
            if (state.containsKey(name)) state.put(name, out.remove(name));
            else if (model.trainable().contains(name)) model.replace(name, out.remove(name));
        }
        return out;
    }

    private static double take(Map<String, Buffer> out, String name) {
        try (Buffer b = out.get(name)) {
            return b.toHost().scalarFloat();
        }
    }

    private Map<String, Buffer> inputs(Batch b, int step, int micro) {
        Map<String, Buffer> in = BatchLoss.put(model.session(), b);
        if (model.usesDropout()) {
            in.put("dropout", model.session().put(dropoutState(config.seed(), step, micro), "batch"));
        }
        return in;
    }

    /// U64[2], a generator's key and counter. Each micro-batch has a key of its own: with a common one, counters that start near each other draw the same numbers.
    static HostArray dropoutState(Seed seed, int step, int micro) {
        long key = seed.derive("dropout " + step + " " + micro).value();
        return new HostArray(DType.U64, Shape.of(2), HostArray.of(new int[] {(int) key, (int) (key >>> 32), 0, 0}, 4).bytes());
    }

    private void putScalars(Map<String, Buffer> in, int step, long learned) {
        AdamW.scalars(config, step).forEach((name, value) -> in.put(name, model.session().put(HostArray.scalar(value), "batch")));
        in.put("learned", model.session().put(HostArray.scalar((float) learned), "batch"));
    }

    @Override
    public void close() {
        for (Map<String, Buffer> owned : List.of(state, shared)) {
            owned.values().forEach(Buffer::close);
            owned.clear();
        }
        programs.values().forEach(ModelProgram::close);
        once.ifPresent(ModelProgram::close);
        apply.ifPresent(ModelProgram::close);
        programs.clear();
    }
}
