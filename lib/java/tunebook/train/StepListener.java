package tunebook.train;

/// Hears of a training run: curves, progress lines, event files. Called on the training thread; an exception stops the run.
public interface StepListener {
    /// One step has ended.
    void onStep(StepReport report);

    /// The run has ended, by itself or by an interrupt; `history` is whole.
    default void onEnd(History history) {}
}
