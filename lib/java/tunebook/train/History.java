package tunebook.train;

import java.util.List;

/// All steps of one run, in order.
///
/// @param steps       one report for each finished step
/// @param interrupted whether the run was stopped before its last step
public record History(List<StepReport> steps, boolean interrupted) {
    public History {
        steps = List.copyOf(steps);
    }

    /// The losses, in order of the steps.
    public double[] losses() {
        return steps.stream().mapToDouble(StepReport::loss).toArray();
    }
}
