package tunebook.eval;

import java.util.List;
import tunebook.data.ToolCall;

/// Reads the function calls in a produced text. It never throws: what cannot be read is a problem.
@FunctionalInterface
public interface CallReader {
    Reading read(String produced);

    /// @param calls    the calls that could be read, in order
    /// @param problems what could not, one phrase each
    record Reading(List<ToolCall> calls, List<String> problems) {
        public Reading {
            calls = List.copyOf(calls);
            problems = List.copyOf(problems);
        }
    }
}
