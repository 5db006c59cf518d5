package tunebook.eval;

import java.util.List;
import tunebook.tensor.TunebookException;

/// A score of a corpus that is a function of counts summed over its segments, so that it can be resampled without
/// reading any text twice ([Bootstrap]).
public interface CorpusMetric {
    /// The counts of one segment; their number is the same for every segment.
    double[] statistics(Segment segment);

    /// The score, 0 to 100, of counts summed over segments.
    double score(double[] statistics);

    /// The counts of a whole corpus. Throws if it has no segment.
    default double[] total(List<Segment> segments) {
        if (segments.isEmpty())
            throw TunebookException.of(getClass().getSimpleName(), "nothing to score", "0 segments", "give one segment or more");
        double[] sum = statistics(segments.getFirst());
        for (Segment segment : segments.subList(1, segments.size())) {
            double[] counts = statistics(segment);
            for (int i = 0; i < sum.length; i++) sum[i] += counts[i];
        }
        return sum;
    }
}
