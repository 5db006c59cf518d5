package tunebook.train;

import java.util.List;

/// Hears of a training run: curves, progress lines, event files. Called on the training thread; an exception stops the run.
public interface StepListener {
    /// The run begins.
    ///
    /// @param notes what it will train on: rows used and left out, batches and how full they are
    default void onStart(List<String> notes) {}

    /// The run goes on from a checkpoint; `done` are the steps before it. Called after [#onStart].
    default void onResume(List<StepReport> done) {}

    /// One step has ended.
    void onStep(StepReport report);

    /// The run has ended, by itself or by an interrupt; `history` is whole.
    default void onEnd(History history) {}
}
