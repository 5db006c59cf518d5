package tunebook.train;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;

/// How to train. Each field has a copy method of its name: `new TrainConfig().maxSteps(200).learningRate(2e-4)`.
///
/// @param maxSteps         optimizer steps
/// @param batchSize        rows of a micro-batch, where `batchTokens` is 0
/// @param batchTokens      token slots of a micro-batch, filled with as many rows as fit; 0: `batchSize` rows
/// @param accumulation     micro-batches of an optimizer step; the mean is taken over all their learned tokens. `batchSize(2).accumulation(4)` learns as
///                         `batchSize(8)` does, in less memory
/// @param maxLength        longest row in tokens
/// @param skipLong         whether longer rows are left out and counted (true) or an error (false)
/// @param learningRate     the peak rate
/// @param warmupSteps      steps of linear rise, the last of them at the peak rate
/// @param schedule         what follows the warm-up
/// @param finalRate        share of the peak rate that a falling schedule ends at
/// @param beta1            AdamW's decay of the first moment
/// @param beta2            AdamW's decay of the second moment
/// @param epsilon          AdamW's epsilon
/// @param weightDecay      decoupled weight decay, for matrices only
/// @param maxGradientNorm  gradients are scaled down to this global L2 norm; 0: never
/// @param checkpointLayers whether layers are computed again in the backward pass to save memory
/// @param evalEvery        steps between evaluations of the held-out rows; 0: at the end only
/// @param shuffle          whether rows are shuffled (anew in each epoch)
/// @param seed             of order and dropout
public record TrainConfig(int maxSteps, int batchSize, int batchTokens, int accumulation, int maxLength, boolean skipLong,
                          double learningRate, int warmupSteps, Schedule schedule, double finalRate, double beta1, double beta2,
                          double epsilon, double weightDecay, double maxGradientNorm, boolean checkpointLayers, int evalEvery,
                          boolean shuffle, Seed seed) {
    public TrainConfig() {
        this(100, 8, 0, 1, 1024, false, 2e-4, 0, Schedule.COSINE, 0, 0.9, 0.999, 1e-8, 0, 1, false, 0, true, Seed.of(0));
    }

    public TrainConfig {
        require(maxSteps >= 1, "maxSteps", maxSteps, "1 or more");
        require(batchTokens >= 0, "batchTokens", batchTokens, "token slots, or 0 for batches of batchSize rows");
        require(batchTokens > 0 || batchSize >= 1, "batchSize", batchSize, "1 or more");
        require(accumulation >= 1, "accumulation", accumulation, "1 or more");
        require(maxLength >= 2, "maxLength", maxLength, "2 tokens or more");
        require((float) learningRate > 0 && learningRate < Double.POSITIVE_INFINITY, "learningRate", learningRate, "a number above 0 (2e-4 is usual for LoRA)");
        require(warmupSteps >= 0, "warmupSteps", warmupSteps, "0 or more");
        require(finalRate >= 0 && finalRate <= 1, "finalRate", finalRate, "a share of the peak rate, 0 to 1");
        require(beta1 >= 0 && beta1 < 1, "beta1", beta1, "0 or more and less than 1");
        require(beta2 >= 0 && beta2 < 1, "beta2", beta2, "0 or more and less than 1");
        require(epsilon > 0, "epsilon", epsilon, "a number above 0");
        require(weightDecay >= 0, "weightDecay", weightDecay, "0 or more");
        require(maxGradientNorm >= 0, "maxGradientNorm", maxGradientNorm, "a norm, or 0 for none");
        require(evalEvery >= 0, "evalEvery", evalEvery, "steps, or 0 for the end only");
    }

    /// This, if its fields fit together; they are given one after another, so that this can only be told at the end.
    TrainConfig checked() {
        require(warmupSteps == 0 || warmupSteps < maxSteps, "warmupSteps", warmupSteps, "fewer than maxSteps (" + maxSteps + ")");
        return this;
    }

    private static void require(boolean good, String field, Object value, String want) {
        if (!good) throw TunebookException.of("TrainConfig", field + " is out of range", "" + value, "give " + want);
    }

    /// The rate of step `step` (1 for the first). It is never 0: the warm-up rises from `learningRate / warmupSteps` to `learningRate`, where
    /// transformers starts at 0 and stays a step behind; after the warm-up both are the same.
    public double rateAt(int step) {
        if (step <= warmupSteps) return learningRate * step / warmupSteps;
        double done = (step - warmupSteps - 1) / (double) Math.max(1, maxSteps - warmupSteps);
        return learningRate * (finalRate + (1 - finalRate) * schedule.share(done));
    }

    /// The settings that decide what is learned, by name: all but `evalEvery`.
    Map<String, String> settings() {
        Map<String, String> out = new LinkedHashMap<>();
        out.put("maxSteps", "" + maxSteps);
        out.put("batchSize", "" + batchSize);
        out.put("batchTokens", "" + batchTokens);
        out.put("accumulation", "" + accumulation);
        out.put("maxLength", "" + maxLength);
        out.put("skipLong", "" + skipLong);
        out.put("learningRate", "" + learningRate);
        out.put("warmupSteps", "" + warmupSteps);
        out.put("schedule", "" + schedule);
        out.put("finalRate", "" + finalRate);
        out.put("beta1", "" + beta1);
        out.put("beta2", "" + beta2);
        out.put("epsilon", "" + epsilon);
        out.put("weightDecay", "" + weightDecay);
        out.put("maxGradientNorm", "" + maxGradientNorm);
        out.put("checkpointLayers", "" + checkpointLayers);
        out.put("shuffle", "" + shuffle);
        out.put("seed", "" + seed.value());
        return out;
    }

    public TrainConfig maxSteps(int v) { return with(d -> d.maxSteps = v); }
    public TrainConfig batchSize(int v) { return with(d -> { d.batchSize = v; d.batchTokens = 0; }); }
    public TrainConfig batchTokens(int v) { return with(d -> d.batchTokens = v); }
    public TrainConfig accumulation(int v) { return with(d -> d.accumulation = v); }
    public TrainConfig maxLength(int v) { return with(d -> d.maxLength = v); }
    public TrainConfig skipLong(boolean v) { return with(d -> d.skipLong = v); }
    public TrainConfig learningRate(double v) { return with(d -> d.learningRate = v); }
    public TrainConfig warmupSteps(int v) { return with(d -> d.warmupSteps = v); }
    public TrainConfig schedule(Schedule v) { return with(d -> d.schedule = v); }
    public TrainConfig finalRate(double v) { return with(d -> d.finalRate = v); }
    public TrainConfig beta1(double v) { return with(d -> d.beta1 = v); }
    public TrainConfig beta2(double v) { return with(d -> d.beta2 = v); }
    public TrainConfig epsilon(double v) { return with(d -> d.epsilon = v); }
    public TrainConfig weightDecay(double v) { return with(d -> d.weightDecay = v); }
    public TrainConfig maxGradientNorm(double v) { return with(d -> d.maxGradientNorm = v); }
    public TrainConfig checkpointLayers(boolean v) { return with(d -> d.checkpointLayers = v); }
    public TrainConfig evalEvery(int v) { return with(d -> d.evalEvery = v); }
    public TrainConfig shuffle(boolean v) { return with(d -> d.shuffle = v); }
    public TrainConfig seed(Seed v) { return with(d -> d.seed = v); }

    private TrainConfig with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.config();
    }

    /// The fields while one of them is changed.
    private static final class Draft {
        int maxSteps, batchSize, batchTokens, accumulation, maxLength, warmupSteps, evalEvery;
        boolean skipLong, checkpointLayers, shuffle;
        double learningRate, finalRate, beta1, beta2, epsilon, weightDecay, maxGradientNorm;
        Schedule schedule;
        Seed seed;

        Draft(TrainConfig c) {
            maxSteps = c.maxSteps;
            batchSize = c.batchSize;
            batchTokens = c.batchTokens;
            accumulation = c.accumulation;
            maxLength = c.maxLength;
            skipLong = c.skipLong;
            learningRate = c.learningRate;
            warmupSteps = c.warmupSteps;
            schedule = c.schedule;
            finalRate = c.finalRate;
            beta1 = c.beta1;
            beta2 = c.beta2;
            epsilon = c.epsilon;
            weightDecay = c.weightDecay;
            maxGradientNorm = c.maxGradientNorm;
            checkpointLayers = c.checkpointLayers;
            evalEvery = c.evalEvery;
            shuffle = c.shuffle;
            seed = c.seed;
        }

        TrainConfig config() {
            return new TrainConfig(maxSteps, batchSize, batchTokens, accumulation, maxLength, skipLong, learningRate, warmupSteps, schedule,
                finalRate, beta1, beta2, epsilon, weightDecay, maxGradientNorm, checkpointLayers, evalEvery, shuffle, seed);
        }
    }
}
