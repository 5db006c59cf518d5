package tunebook.silent;

import static tunebook.silent.Mistake.error;
import static tunebook.silent.Mistake.impossible;
import static tunebook.silent.Mistake.warning;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import tunebook.data.Example;
import tunebook.train.History;
import tunebook.train.Schedule;
import tunebook.train.TrainConfig;
import tunebook.train.Trainer;

/// With settings, and with numbers that go wrong on the way.
final class TrainingMistakes {
    private TrainingMistakes() {}

    static List<Mistake> all() {
        return List.of(
            error("loss-not-finite", "a weight that is not a number", "first bad parameter model.layers.2.mlp.down_proj.weight (holds NaN)", f ->
                Toys.adapter(Toys.broken(f), m -> Toys.train(m, Toys.CONFIG))),
            error("gradient-overflow", "a learning rate under which numbers overflow", "is not finite at step 2", _ -> Toys.adapter(m -> Toys.train(m, Toys.CONFIG.learningRate(3e38)))),
            error("gradient-not-finite", "matrices so large that a gradient overflows", "first bad parameter", _ -> Toys.adapter(m -> {
                Toys.fill(m, "1.self_attn.q_proj.lora_A.weight", 1e38f);
                Toys.fill(m, "1.self_attn.q_proj.lora_B.weight", 1e38f);
                Toys.train(m, Toys.CONFIG);
            })),
            error("last-step-overflow", "a last step after which the adapter is not finite, which no further step would meet", "trained parameters are not finite after step 1", _ -> Toys.adapter(m ->
                Toys.train(m, Toys.CONFIG.learningRate(3e38).weightDecay(10).maxSteps(1)))),
            error("rate-zero", "a warm-up as long as the run, so that the rate never gets anywhere", "warmupSteps is out of range", _ -> Toys.adapter(m -> Toys.train(m, Toys.CONFIG.warmupSteps(100)))),
            error("rate-is-zero", "a learning rate of 0", "learningRate is out of range", _ -> Toys.CONFIG.learningRate(0)),
            error("rate-rounds-to-zero", "a learning rate that is 0 in F32", "learningRate is out of range", _ -> Toys.CONFIG.learningRate(1e-50)),
            impossible("schedule-ends-at-zero", "a schedule whose first or last step has the rate 0", "the warm-up begins above 0, and the last step still has a rate above 0", _ -> {
                for (Schedule schedule : Schedule.values()) {
                    TrainConfig config = new TrainConfig().maxSteps(20).warmupSteps(5).schedule(schedule);
                    for (int n = 1; n <= 20; n++) ExampleMistakes.require(config.rateAt(n) > 0, schedule + " " + n);
                }
            }),
            warning("updates-nothing", "an adapter whose matrices are both zero, which no gradient reaches", "the gradient is 0 everywhere", _ -> Toys.adapter(m -> {
                Toys.fill(m, "lora_A.weight", 0);
                Toys.train(m, Toys.CONFIG);
            })),
            warning("updates-too-small", "updates too small to change a number", "every trained parameter is bit for bit as it was", _ -> Toys.adapter(m -> {
                Toys.fill(m, "lora_B.weight", 0.5f);
                Toys.train(m, Toys.CONFIG.learningRate(1e-12));
            })),
            error("nothing-to-train-on", "an empty list of examples", "no example to train on", _ -> Toys.adapter(m -> new Trainer(m, Toys.CONFIG).run(List.of(), List.of()))),
            error("example-longer-than-a-batch", "a batch too small for the longest row", "an example is longer than a batch", _ -> Toys.adapter(m -> Toys.train(m, Toys.CONFIG.batchTokens(5)))),
            impossible("accumulation-changes-the-mean", "accumulation over batches with different numbers of learned tokens", "the mean is taken over the learned tokens of all batches of a step:"
                + " 1 x 4 rows and 4 x 1 rows give one loss and one gradient", _ -> {
                double[] whole = new double[4];
                double[] parts = new double[4];
                Toys.adapter(m -> fill(whole, new Trainer(m, Toys.CONFIG).run(uneven(), List.of())));
                Toys.adapter(m -> fill(parts, new Trainer(m, Toys.CONFIG.batchSize(1).accumulation(4)).run(uneven(), List.of())));
                for (int i = 0; i < 4; i++) ExampleMistakes.require(Math.abs(whole[i] / parts[i] - 1) < 2e-6, Arrays.toString(whole) + " " + Arrays.toString(parts));
            }));
    }

    /// One of four examples learns five tokens, the others one: a mean of means would be another.
    private static List<Example> uneven() {
        return IntStream.range(0, 4).mapToObj(i -> Toys.learned(Toys.example(i), i == 2 ? 1 : 5)).toList();
    }

    private static void fill(double[] into, History history) {
        for (int i = 0; i < 2; i++) {
            into[2 * i] = history.steps().get(i).loss();
            into[2 * i + 1] = history.steps().get(i).gradientNorm();
        }
    }
}
