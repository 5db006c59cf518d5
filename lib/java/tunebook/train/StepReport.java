package tunebook.train;

import java.util.OptionalDouble;

/// What one optimizer step did.
///
/// @param step             1 for the first step
/// @param maxSteps         steps the run was asked for
/// @param loss             mean negative log likelihood of the learned tokens, in nats
/// @param learningRate     the rate this step used
/// @param gradientNorm     global L2 norm of the gradients before clipping
/// @param tokens           real tokens of the step, padding not counted
/// @param learnedTokens    tokens the loss was taken over
/// @param samples          rows of the step
/// @param seconds          wall time of the step
/// @param tokensPerSecond  real tokens a second, over the last steps
/// @param samplesPerSecond rows a second, over the last steps
/// @param secondsLeft      expected time to the end of the run
/// @param deviceBytes      bytes of live device buffers after the step
/// @param evalLoss         mean loss over the held-out rows, where this step evaluated
public record StepReport(int step, int maxSteps, double loss, double learningRate, double gradientNorm,
                         long tokens, long learnedTokens, int samples, double seconds,
                         double tokensPerSecond, double samplesPerSecond, double secondsLeft,
                         long deviceBytes, OptionalDouble evalLoss) {}
