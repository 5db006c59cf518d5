package tunebook.notebook;

import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import tunebook.train.StepReport;

/// Made-up training runs.
final class Runs {
    private Runs() {}

    /// `count` steps of a run of 200 whose loss falls from 3 towards 1, evaluated every tenth step.
    static List<StepReport> steps(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(n -> {
            double loss = 1 + 2 * Math.exp(-n / 40.0) + .1 * Math.sin(n * 1.7);
            OptionalDouble eval = n % 10 == 0 ? OptionalDouble.of(1.1 + 2 * Math.exp(-n / 42.0)) : OptionalDouble.empty();
            return new StepReport(n, 200, loss, 1e-4 * Math.cos(n / 200.0), 0.8, 4000, 300, 8, 0.5, 8000 + 300 * Math.sin(n), 16, (200 - n) * .5, 34 << 20, eval);
        }).toList();
    }
}
