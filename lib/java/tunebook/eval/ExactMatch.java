package tunebook.eval;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// The share of texts that are one of their references, letter by letter.
///
/// @param strip     whitespace at both ends does not count
/// @param composed  texts that look the same are the same: Unicode's composed form is compared (Korean from some
///                  systems comes as single letters)
/// @param lowercase compare in lower case
public record ExactMatch(boolean strip, boolean composed, boolean lowercase) implements CorpusMetric {
    /// Strips and composes; upper and lower case differ.
    public ExactMatch() {
        this(true, true, false);
    }

    public ExactMatch strip(boolean strip) {
        return new ExactMatch(strip, composed, lowercase);
    }

    public ExactMatch composed(boolean composed) {
        return new ExactMatch(strip, composed, lowercase);
    }

    public ExactMatch lowercase(boolean lowercase) {
        return new ExactMatch(strip, composed, lowercase);
    }

    /// Whether the hypothesis is one of the references.
    public boolean matches(Segment segment) {
        String produced = normal(segment.hypothesis());
        return segment.references().stream().anyMatch(reference -> normal(reference).equals(produced));
    }

    /// The score of a corpus, row by row. Throws if it is empty.
    public Score corpus(List<Segment> segments) {
        total(segments);
        return new Score(segments, segments.stream().map(this::matches).toList());
    }

    /// 1 for a match or 0, then 1 for the row.
    @Override
    public double[] statistics(Segment segment) {
        return new double[] {matches(segment) ? 1 : 0, 1};
    }

    @Override
    public double score(double[] statistics) {
        return 100 * statistics[0] / statistics[1];
    }

    private String normal(String text) {
        String stripped = strip ? Whitespace.strip(text) : text;
        String joined = composed ? Normalizer.normalize(stripped, Normalizer.Form.NFC) : stripped;
        return lowercase ? joined.toLowerCase(Locale.ROOT) : joined;
    }

    /// The rows and which of them match.
    public record Score(List<Segment> segments, List<Boolean> matched) {
        public Score {
            segments = List.copyOf(segments);
            matched = List.copyOf(matched);
        }

        public Share total() {
            return new Share((int) matched.stream().filter(m -> m).count(), matched.size());
        }

        /// The score of the first `rows` rows, to compare with a run that was interrupted.
        public Score first(int rows) {
            int n = Math.min(rows, segments.size());
            return new Score(segments.subList(0, n), matched.subList(0, n));
        }

        /// This score beside that of the same references after training.
        public Comparison compareWith(Score after) {
            Comparison.checkSameRows("ExactMatch.compareWith", segments.stream().map(Segment::references).toList(),
                after.segments.stream().map(Segment::references).toList());
            var pairs = new ArrayList<Comparison.Pair>();
            IntStream.range(0, segments.size()).forEach(i -> pairs.add(new Comparison.Pair(i, "all", "",
                String.join(" | ", segments.get(i).references()), new Comparison.Answer(segments.get(i).hypothesis(), matched.get(i), ""),
                new Comparison.Answer(after.segments.get(i).hypothesis(), after.matched.get(i), ""))));
            return new Comparison("exact match", pairs);
        }

        @Override
        public String toString() {
            return "exact match: " + total();
        }
    }
}
