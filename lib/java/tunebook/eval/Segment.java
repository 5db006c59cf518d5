package tunebook.eval;

import java.util.List;
import java.util.stream.IntStream;
import tunebook.tensor.TunebookException;

/// One produced text and the texts it is held against.
///
/// @param hypothesis what the model wrote
/// @param references one or more right answers; segments of one corpus may have different numbers of them
public record Segment(String hypothesis, List<String> references) {
    public Segment {
        references = List.copyOf(references);
        if (references.isEmpty())
            throw TunebookException.of("Segment", "no reference", "hypothesis \"" + hypothesis + "\"", "give one right answer or more");
    }

    public static Segment of(String hypothesis, String... references) {
        return new Segment(hypothesis, List.of(references));
    }

    /// Segments of one reference each, in order; both lists must be of one length.
    public static List<Segment> pairs(List<String> hypotheses, List<String> references) {
        if (hypotheses.size() != references.size())
            throw TunebookException.of("Segment.pairs", "lists differ in length",
                hypotheses.size() + " hypotheses, " + references.size() + " references", "give one reference for each hypothesis");
        return IntStream.range(0, hypotheses.size()).mapToObj(i -> of(hypotheses.get(i), references.get(i))).toList();
    }
}
