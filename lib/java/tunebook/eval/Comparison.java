package tunebook.eval;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tunebook.tensor.TunebookException;

/// Two scores of the same rows, before and after, and the rows whose result changed.
///
/// @param metric what was scored: `function calls, exact match`
/// @param pairs  every row, in order
public record Comparison(String metric, List<Pair> pairs) {
    private static final int SHOWN = 5;
    private static final int WIDTH = 100;

    public Comparison {
        pairs = List.copyOf(pairs);
    }

    /// One answer to a row.
    ///
    /// @param text    as a person reads it
    /// @param matched whether it is right
    /// @param note    what is wrong with it; empty where there is nothing to say
    public record Answer(String text, boolean matched, String note) {}

    /// One row, answered twice.
    ///
    /// @param row      number of the row, from 0
    /// @param kind     what the row is counted under beside the total
    /// @param request  what was asked; empty where the metric does not know
    /// @param expected the right answer, as a person reads it
    public record Pair(int row, String kind, String request, String expected, Answer before, Answer after) {
        public boolean better() {
            return !before.matched() && after.matched();
        }

        public boolean worse() {
            return before.matched() && !after.matched();
        }
    }

    /// Some rows' two shares.
    public record Sides(Share before, Share after) {
        /// After minus before, in percentage points.
        public double difference() {
            return after.percent() - before.percent();
        }
    }

    /// The shares of all rows.
    public Sides total() {
        return sides(pairs);
    }

    /// After minus before, in percentage points.
    public double difference() {
        return total().difference();
    }

    /// The shares of each kind, most rows first.
    public Map<String, Sides> byKind() {
        Map<String, List<Pair>> kinds = pairs.stream().collect(Collectors.groupingBy(Pair::kind, LinkedHashMap::new, Collectors.toList()));
        var sides = new LinkedHashMap<String, Sides>();
        kinds.entrySet().stream().sorted((a, b) -> b.getValue().size() - a.getValue().size())
            .forEach(e -> sides.put(e.getKey(), sides(e.getValue())));
        return sides;
    }

    /// Rows that were wrong and are right.
    public List<Pair> better() {
        return pairs.stream().filter(Pair::better).toList();
    }

    /// Rows that were right and are wrong.
    public List<Pair> worse() {
        return pairs.stream().filter(Pair::worse).toList();
    }

    /// Whether the changed rows could have fallen either way by chance.
    public McNemar mcNemar() {
        return new McNemar(worse().size(), better().size());
    }

    /// Intervals of both scores and of their difference, in percent. Throws if there are no rows.
    public Bootstrap.Paired bootstrap(Bootstrap bootstrap) {
        return bootstrap.pairedMeans(pairs.stream().mapToDouble(p -> p.before().matched() ? 100 : 0).toArray(),
            pairs.stream().mapToDouble(p -> p.after().matched() ? 100 : 0).toArray());
    }

    /// A table of the scores, then the first changed rows of each direction.
    @Override
    public String toString() {
        var table = new TextTable().row(metric, "before", "after", "difference").row("all", total().before(), total().after(), points(total()));
        if (byKind().size() > 1) byKind().forEach((kind, sides) -> table.row(kind, sides.before(), sides.after(), points(sides)));
        return table + "\nbetter: " + rows(better()) + ", worse: " + rows(worse()) + " (McNemar p = "
            + pText(mcNemar().pValue()) + ")\n" + changes("better", better()) + changes("worse", worse());
    }

    private static String changes(String direction, List<Pair> changed) {
        String shown = changed.stream().limit(SHOWN).map(p -> change(direction, p)).collect(Collectors.joining());
        return changed.size() <= SHOWN ? shown : shown + "  … and " + rows(changed.subList(SHOWN, changed.size())) + " more that got " + direction + "\n";
    }

    private static String change(String direction, Pair pair) {
        var lines = new TextTable();
        if (!pair.expected().equals(pair.after().text())) lines.row("    expected", TextTable.shorten(pair.expected(), WIDTH));
        for (var side : List.of(Map.entry("before", pair.before()), Map.entry("after", pair.after()))) {
            lines.row("    " + side.getKey(), TextTable.shorten(side.getValue().text(), WIDTH));
            if (!side.getValue().note().isEmpty()) lines.row("", TextTable.shorten("(" + side.getValue().note() + ")", WIDTH));
        }
        return "  row " + pair.row() + ", " + direction + (pair.request().isEmpty() ? "" : ": " + TextTable.shorten(pair.request(), WIDTH))
            + "\n" + lines;
    }

    private static String points(Sides sides) {
        return Decimal.signed(sides.difference(), 1);
    }

    private static String pText(double p) {
        return p < 0.0001 ? "under 0.0001" : Decimal.of(p, 4);
    }

    private static String rows(List<Pair> rows) {
        return rows.size() + (rows.size() == 1 ? " row" : " rows");
    }

    private static Sides sides(List<Pair> pairs) {
        return new Sides(share(pairs, p -> p.before().matched()), share(pairs, p -> p.after().matched()));
    }

    private static Share share(List<Pair> pairs, Predicate<Pair> matched) {
        return new Share((int) pairs.stream().filter(matched).count(), pairs.size());
    }

    /// Throws unless the two scores are of the same rows in the same order, naming the first that differs.
    static void checkSameRows(String operation, List<?> before, List<?> after) {
        if (before.size() != after.size())
            throw TunebookException.of(operation, "the scores are of different numbers of rows", before.size() + " before, " + after.size() + " after",
                "score the same rows twice, or compare the rows both have: before.first(n).compareWith(after.first(n))");
        int different = IntStream.range(0, before.size()).filter(i -> !before.get(i).equals(after.get(i))).findFirst().orElse(-1);
        if (different >= 0)
            throw TunebookException.of(operation, "the scores are of different rows", "row " + different + ": " + before.get(different)
                + " before, " + after.get(different) + " after", "score the same rows in the same order");
    }
}
