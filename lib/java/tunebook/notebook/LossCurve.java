package tunebook.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import tunebook.train.History;
import tunebook.train.StepListener;
import tunebook.train.StepReport;

/// The curve of a training run: loss of training and evaluation, learning rate, speed, progress and time left.
///
/// `new Trainer(model, config).listen(LossCurve.live())` draws it into the cell's output while training runs, and leaves it there.
public final class LossCurve implements StepListener {
    private final List<StepReport> steps = new ArrayList<>();
    private final LiveDisplay display = new LiveDisplay();

    private LossCurve() {}

    /// A curve for one run, shown in the cell that trains.
    public static LossCurve live() {
        return new LossCurve();
    }

    /// The finished curve of a run that has ended.
    public static Display of(History history) {
        return new CurveView(history.steps(), history.interrupted() ? "interrupted" : "done", history.warnings());
    }

    @Override
    public void onResume(List<StepReport> done) {
        steps.addAll(done);
    }

    @Override
    public void onStep(StepReport report) {
        steps.add(report);
        if (display.isDue()) display.update(new CurveView(steps, ""));
    }

    @Override
    public void onEnd(History history) {
        display.finish(of(history));
    }

    /// The last evaluation's loss up to now.
    static OptionalDouble lastEvalLoss(List<StepReport> steps) {
        for (StepReport step : steps.reversed()) if (step.evalLoss().isPresent()) return step.evalLoss();
        return OptionalDouble.empty();
    }
}
