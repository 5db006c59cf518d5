package tunebook.eval;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tunebook.data.ToolCall;
import tunebook.data.ToolCallText;

/// How often a model's text is exactly the expected function calls: the same names in the same order, equal arguments,
/// and nothing unreadable.
///
/// @param results one for each row, in order
public record FunctionCallScore(List<Result> results) {
    public FunctionCallScore {
        results = List.copyOf(results);
    }

    /// What was asked, what is right, and what the model wrote.
    ///
    /// @param request  the user's words
    /// @param expected the right calls, in order; empty where the right answer calls nothing
    /// @param produced the model's text, control tokens included
    public record Row(String request, List<ToolCall> expected, String produced) {
        public Row {
            expected = List.copyOf(expected);
        }
    }

    /// One row, read and compared.
    ///
    /// @param calls  the calls that could be read from the produced text
    /// @param errors what is wrong with them, worst first; empty for a match
    public record Result(Row row, List<ToolCall> calls, List<CallError> errors) {
        public Result {
            calls = List.copyOf(calls);
            errors = List.copyOf(errors);
        }

        public boolean matched() {
            return errors.isEmpty();
        }

        public ArgumentKind kind() {
            return ArgumentKind.of(row.expected());
        }
    }

    /// Scores texts that have been produced already, read as [ToolCallText] reads them. Words beside the calls do not count.
    public static FunctionCallScore of(List<Row> rows) {
        return new FunctionCallScore(rows.stream().map(FunctionCallScore::compare).toList());
    }

    private static Result compare(Row row) {
        ToolCallText.Parsed parsed = ToolCallText.parse(row.produced());
        var errors = new ArrayList<CallError>();
        if (!parsed.problems().isEmpty()) errors.add(new CallError.Malformed(parsed.problems()));
        errors.addAll(CallError.between(row.expected(), parsed.calls()));
        return new Result(row, parsed.calls(), errors);
    }

    /// Matches among all rows.
    public Share total() {
        return share(results);
    }

    /// Exact match in percent, 0 to 100.
    public double percent() {
        return total().percent();
    }

    /// Matches among the rows of each kind; kinds without rows are left out.
    public Map<ArgumentKind, Share> byKind() {
        return results.stream().collect(Collectors.groupingBy(Result::kind, () -> new EnumMap<>(ArgumentKind.class),
            Collectors.collectingAndThen(Collectors.toList(), FunctionCallScore::share)));
    }

    /// Rows that failed, counted by the kind of their worst error, most frequent first.
    public Map<String, Integer> errors() {
        Map<String, Integer> counts = results.stream().filter(r -> !r.matched())
            .collect(Collectors.toMap(r -> r.errors().getFirst().kind(), r -> 1, Integer::sum));
        var sorted = new LinkedHashMap<String, Integer>();
        counts.entrySet().stream().sorted(Map.Entry.<String, Integer>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
            .forEach(e -> sorted.put(e.getKey(), e.getValue()));
        return sorted;
    }

    /// The score of the first `rows` rows, to compare with a run that was interrupted.
    public FunctionCallScore first(int rows) {
        return new FunctionCallScore(results.subList(0, Math.min(rows, results.size())));
    }

    /// The interval in which this score would lie with other rows of the same kind, in percent.
    public Bootstrap.Interval interval(Bootstrap bootstrap) {
        return bootstrap.mean(results.stream().mapToDouble(r -> r.matched() ? 100 : 0).toArray());
    }

    /// This score beside that of the same rows after training. Throws if the rows differ.
    public Comparison compareWith(FunctionCallScore after) {
        Comparison.checkSameRows("FunctionCallScore.compareWith", results.stream().map(FunctionCallScore::question).toList(),
            after.results.stream().map(FunctionCallScore::question).toList());
        return new Comparison("function calls, exact match", IntStream.range(0, results.size()).mapToObj(i -> {
            Row row = results.get(i).row();
            return new Comparison.Pair(i, results.get(i).kind().label(), row.request(), text(row.expected()), answer(results.get(i)),
                answer(after.results.get(i)));
        }).toList());
    }

    /// Totals, then a line for each kind of argument, then one for each kind of error.
    @Override
    public String toString() {
        var table = new TextTable();
        byKind().forEach((kind, share) -> table.row("  " + kind.label(), share));
        errors().forEach((kind, rows) -> table.row("  " + kind, rows + (rows == 1 ? " row" : " rows")));
        return "function calls, exact match: " + total() + "\n" + table;
    }

    /// Calls as a person reads them: `show_map(query: "bakery"), turn_on_flashlight()`.
    static String text(List<ToolCall> calls) {
        return calls.isEmpty() ? "no call" : calls.stream().map(call -> call.name() + call.arguments().entrySet().stream()
            .sorted(Map.Entry.comparingByKey()).map(a -> a.getKey() + ": " + CallError.quoted(a.getValue()))
            .collect(Collectors.joining(", ", "(", ")"))).collect(Collectors.joining(", "));
    }

    private static Comparison.Answer answer(Result result) {
        boolean readable = result.errors().stream().noneMatch(e -> e instanceof CallError.Malformed);
        return new Comparison.Answer(readable ? text(result.calls()) : result.row().produced(), result.matched(),
            result.errors().stream().map(CallError::describe).collect(Collectors.joining("; ")));
    }

    private static List<Object> question(Result result) {
        return List.of(result.row().request(), result.row().expected());
    }

    private static Share share(List<Result> results) {
        return new Share((int) results.stream().filter(Result::matched).count(), results.size());
    }
}
