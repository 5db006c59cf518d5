package tunebook.data;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tunebook.tensor.TunebookException;

/// Rows to test on whose request stands among the rows to train on too, or one that is nearly the same: a score on them tells what was learned by heart.
///
/// Requests are compared as sets of [#GRAM] letters in a row, without case, punctuation and runs of blanks; their likeness is Jaccard's: how many both
/// have, of those that either has (Lee et al. 2022, "Deduplicating Training Data Makes Language Models Better", who take 0.8 too). What more than half of
/// ten or more training rows have is a template and does not count.
///
/// @param found    the test rows that have a like one among the training rows, in order, each with the likest
/// @param testRows how many test rows were looked at
public record Leakage(List<Found> found, int testRows) {
    /// Letters that are compared together.
    private static final int GRAM = 5;
    /// From how many rows on something can be called a template.
    private static final int MANY = 10;
    /// Two requests this like are one request, where nothing else is said.
    private static final double LIKENESS = 0.8;

    public Leakage {
        found = List.copyOf(found);
    }

    /// A test row (counted from 0), the training row that is most like it, both requests, and how like they are: 1 where they say the same.
    public record Found(int testRow, int trainRow, double likeness, String test, String train) {}

    /// Test rows that are at least 0.8 like a training row.
    public static Leakage between(ChatData train, ChatData test) {
        return between(train, test, LIKENESS);
    }

    /// The same for a likeness of one's own.
    ///
    /// @throws TunebookException if `likeness` is not above 0 and at most 1
    public static Leakage between(ChatData train, ChatData test, double likeness) {
        if (!(likeness > 0 && likeness <= 1)) throw TunebookException.of("Leakage.between", "no likeness", "" + likeness, "give more than 0, at most 1");
        Index trained = Index.of(train);
        List<Found> found = new ArrayList<>();
        for (int i = 0; i < test.size(); i++) {
            String asked = request(test.row(i));
            Match match = trained.likest(grams(asked));
            if (match.likeness >= likeness) found.add(new Found(i, match.row, match.likeness, asked, request(train.row(match.row))));
        }
        return new Leakage(found, test.size());
    }

    private record Match(int row, double likeness) {}

    /// The training rows.
    ///
    /// @param rows     each row's letters, without the template's
    /// @param holders  the rows that have them
    /// @param template what more than half of the rows have
    private record Index(List<Set<String>> rows, Map<String, List<Integer>> holders, Set<String> template) {
        static Index of(ChatData train) {
            List<Set<String>> rows = train.stream().map(r -> grams(request(r))).toList();
            Set<String> template = template(rows);
            rows.forEach(r -> r.removeAll(template));
            Map<String, List<Integer>> holders = new HashMap<>();
            for (int i = 0; i < rows.size(); i++) for (String gram : rows.get(i)) holders.computeIfAbsent(gram, _ -> new ArrayList<>()).add(i);
            return new Index(rows, holders, template);
        }

        private static Set<String> template(List<Set<String>> rows) {
            if (rows.size() < MANY) return Set.of();
            Map<String, Long> counts = rows.stream().flatMap(Set::stream).collect(Collectors.groupingBy(g -> g, Collectors.counting()));
            return counts.entrySet().stream().filter(e -> e.getValue() * 2 > rows.size()).map(Map.Entry::getKey).collect(Collectors.toSet());
        }

        Match likest(Set<String> asked) {
            asked.removeAll(template);
            int[] shared = new int[rows.size()];
            for (String gram : asked) for (int row : holders.getOrDefault(gram, List.of())) shared[row]++;
            Match best = new Match(-1, 0);
            for (int row = 0; row < shared.length; row++) {
                double like = shared[row] / (double) Math.max(1, asked.size() + rows.get(row).size() - shared[row]);
                if (like > best.likeness) best = new Match(row, like);
            }
            return best;
        }
    }

    /// The rows of `test`, which was compared, that nothing was found for.
    ///
    /// @throws TunebookException if `test` has another number of rows than were looked at
    public ChatData clean(ChatData test) {
        if (test.size() != testRows)
            throw TunebookException.of("Leakage.clean", "other rows than were compared", test.size() + " rows, compared were " + testRows, "give the rows that Leakage.between was given");
        Set<Integer> known = found.stream().map(Found::testRow).collect(Collectors.toSet());
        return ChatData.of(IntStream.range(0, testRows).filter(i -> !known.contains(i)).mapToObj(test::row).toList(), "rows that are not trained on");
    }

    private static String request(Row row) {
        return switch (row) {
            case Row.Conversation c -> c.prompt().isEmpty() ? "" : c.prompt().getLast().content();
            case Row.Text t -> t.prompt().isBlank() ? t.completion() : t.prompt();
        };
    }

    private static Set<String> grams(String request) {
        String text = Normalizer.normalize(request, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{M}\\p{N}]+", " ").strip();
        int[] letters = text.codePoints().toArray();
        if (letters.length <= GRAM) return new HashSet<>(Set.of(text));
        return IntStream.rangeClosed(0, letters.length - GRAM).mapToObj(i -> new String(letters, i, GRAM)).collect(Collectors.toCollection(HashSet::new));
    }

    /// How many, and the first of them.
    @Override
    public String toString() {
        String first = found.stream().limit(3).map(f -> "\n  row %d, %.0f %% like training row %d: \"%s\" and \"%s\""
            .formatted(f.testRow, 100 * f.likeness, f.trainRow, f.test, f.train)).collect(Collectors.joining());
        return found.size() + " of " + testRows + " test rows are asked in training too" + first;
    }
}
