package tunebook.train;

import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;

/// How to train. Each field has a copy method of its name: `new TrainConfig().maxSteps(200).learningRate(2e-4)`.
///
/// @param maxSteps         optimizer steps
/// @param batchSize        rows of a micro-batch, where `batchTokens` is 0
/// @param batchTokens      token slots of a micro-batch, filled with as many rows as fit; 0: `batchSize` rows
/// @param accumulation     micro-batches of an optimizer step; the mean is taken over all their learned tokens
/// @param maxLength        longest row in tokens
/// @param skipLong         whether longer rows are left out and counted (true) or an error (false)
/// @param learningRate     the peak rate
/// @param warmupSteps      steps of linear rise from 0
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
        if (maxSteps < 1) throw bad("maxSteps", maxSteps, "1 or more");
        if (batchTokens == 0 && batchSize < 1) throw bad("batchSize", batchSize, "1 or more");
        if (accumulation < 1) throw bad("accumulation", accumulation, "1 or more");
        if (!(learningRate > 0)) throw bad("learningRate", learningRate, "a rate above 0: with this one nothing would be learned");
        if (warmupSteps < 0 || warmupSteps >= maxSteps && warmupSteps > 0) throw bad("warmupSteps", warmupSteps, "fewer than maxSteps (" + maxSteps + ")");
    }

    private static TunebookException bad(String field, Object value, String want) {
        return TunebookException.of("TrainConfig", field + " is out of range", "" + value, "give " + want);
    }

    /// The rate of step `step` (1 for the first).
    public double rateAt(int step) {
        if (step <= warmupSteps) return learningRate * step / warmupSteps;
        double done = (step - warmupSteps - 1) / (double) Math.max(1, maxSteps - warmupSteps);
        return learningRate * (finalRate + (1 - finalRate) * schedule.share(done));
    }

    public TrainConfig maxSteps(int v) { return new TrainConfig(v, batchSize, batchTokens, accumulation, maxLength, skipLong, learningRate, warmupSteps, schedule, finalRate, beta1, beta2, epsilon, weightDecay, maxGradientNorm, checkpointLayers, evalEvery, shuffle, seed); }
    public TrainConfig batchSize(int v) { return new TrainConfig(maxSteps, v, 0, accumulation, maxLength, skipLong, learningRate, warmupSteps, schedule, finalRate, beta1, beta2, epsilon, weightDecay, maxGradientNorm, checkpointLayers, evalEvery, shuffle, seed); }
    public TrainConfig batchTokens(int v) { return new TrainConfig(maxSteps, batchSize, v, accumulation, maxLength, skipLong, learningRate, warmupSteps, schedule, finalRate, beta1, beta2, epsilon, weightDecay, maxGradientNorm, checkpointLayers, evalEvery, shuffle, seed); }
    public TrainConfig accumulation(int v) { return new TrainConfig(maxSteps, batchSize, batchTokens, v, maxLength, skipLong, learningRate, warmupSteps, schedule, finalRate, beta1, beta2, epsilon, weightDecay, maxGradientNorm, checkpointLayers, evalEvery, shuffle, seed); }
    public TrainConfig maxLength(int v) { return new TrainConfig(maxSteps, batchSize, batchTokens, accumulation, v, skipLong, learningRate, warmupSteps, schedule, finalRate, beta1, beta2, epsilon, weightDecay, maxGradientNorm, checkpointLayers, evalEvery, shuffle, seed); }
    public TrainConfig skipLong(boolean v) { return new TrainConfig(maxSteps, batchSize, batchTokens, accumulation, maxLength, v, learningRate, warmupSteps, schedule, finalRate, beta1, beta2, epsilon, weightDecay, maxGradientNorm, checkpointLayers, evalEvery, shuffle, seed); }
    public TrainConfig learningRate(double v) { return new TrainConfig(maxSteps, batchSize, batchTokens, accumulation, maxLength, skipLong, v, warmupSteps, schedule, finalRate, beta1, beta2, epsilon, weightDecay, maxGradientNorm, checkpointLayers, evalEvery, shuffle, seed); }
    public TrainConfig warmupSteps(int v) { return new TrainConfig(maxSteps, batchSize, batchTokens, accumulation, maxLength, skipLong, learningRate, v, schedule, finalRate, beta1, beta2, epsilon, weightDecay, maxGradientNorm, checkpointLayers, evalEvery, shuffle, seed); }
    public TrainConfig schedule(Schedule v) { return new TrainConfig(maxSteps, batchSize, batchTokens, accumulation, maxLength, skipLong, learningRate, warmupSteps, v, finalRate, beta1, beta2, epsilon, weightDecay, maxGradientNorm, checkpointLayers, evalEvery, shuffle, seed); }
    public TrainConfig finalRate(double v) { return new TrainConfig(maxSteps, batchSize, batchTokens, accumulation, maxLength, skipLong, learningRate, warmupSteps, schedule, v, beta1, beta2, epsilon, weightDecay, maxGradientNorm, checkpointLayers, evalEvery, shuffle, seed); }
    public TrainConfig beta2(double v) { return new TrainConfig(maxSteps, batchSize, batchTokens, accumulation, maxLength, skipLong, learningRate, warmupSteps, schedule, finalRate, beta1, v, epsilon, weightDecay, maxGradientNorm, checkpointLayers, evalEvery, shuffle, seed); }
    public TrainConfig weightDecay(double v) { return new TrainConfig(maxSteps, batchSize, batchTokens, accumulation, maxLength, skipLong, learningRate, warmupSteps, schedule, finalRate, beta1, beta2, epsilon, v, maxGradientNorm, checkpointLayers, evalEvery, shuffle, seed); }
    public TrainConfig maxGradientNorm(double v) { return new TrainConfig(maxSteps, batchSize, batchTokens, accumulation, maxLength, skipLong, learningRate, warmupSteps, schedule, finalRate, beta1, beta2, epsilon, weightDecay, v, checkpointLayers, evalEvery, shuffle, seed); }
    public TrainConfig checkpointLayers(boolean v) { return new TrainConfig(maxSteps, batchSize, batchTokens, accumulation, maxLength, skipLong, learningRate, warmupSteps, schedule, finalRate, beta1, beta2, epsilon, weightDecay, maxGradientNorm, v, evalEvery, shuffle, seed); }
    public TrainConfig evalEvery(int v) { return new TrainConfig(maxSteps, batchSize, batchTokens, accumulation, maxLength, skipLong, learningRate, warmupSteps, schedule, finalRate, beta1, beta2, epsilon, weightDecay, maxGradientNorm, checkpointLayers, v, shuffle, seed); }
    public TrainConfig shuffle(boolean v) { return new TrainConfig(maxSteps, batchSize, batchTokens, accumulation, maxLength, skipLong, learningRate, warmupSteps, schedule, finalRate, beta1, beta2, epsilon, weightDecay, maxGradientNorm, checkpointLayers, evalEvery, v, seed); }
    public TrainConfig seed(Seed v) { return new TrainConfig(maxSteps, batchSize, batchTokens, accumulation, maxLength, skipLong, learningRate, warmupSteps, schedule, finalRate, beta1, beta2, epsilon, weightDecay, maxGradientNorm, checkpointLayers, evalEvery, shuffle, v); }
}
