package tunebook.cli;

import java.util.List;
import java.util.stream.IntStream;
import tunebook.engine.Buffer;
import tunebook.engine.Compiled;

/// How long a program runs.
final class ProgramTime {
    private ProgramTime() {}

    /// Seconds of the fastest of `runs` runs on the same inputs, which are not donated.
    static double least(int runs, Compiled program, List<Buffer> inputs) {
        return IntStream.range(0, runs).mapToDouble(_ -> seconds(program, inputs)).min().orElseThrow();
    }

    private static double seconds(Compiled program, List<Buffer> inputs) {
        long start = System.nanoTime();
        List<Buffer> out = program.run(inputs);
        out.forEach(Buffer::toHost); // waits for it
        double seconds = (System.nanoTime() - start) / 1e9;
        out.forEach(Buffer::close);
        return seconds;
    }
}
