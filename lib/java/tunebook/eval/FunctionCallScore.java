package tunebook.eval;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tunebook.data.ChatData;
import tunebook.data.ExampleBuilder;
import tunebook.data.StopTokens;
import tunebook.data.ToolCall;
import tunebook.data.ToolCallText;
import tunebook.generate.Generated;
import tunebook.generate.Generator;
import tunebook.model.LanguageModel;
import tunebook.tensor.TunebookException;

/// How often a model's text is exactly the expected function calls: the same names in the same order, equal arguments,
/// and nothing unreadable.
///
/// @param results one for each row, in order
public record FunctionCallScore(List<Result> results) {
    /// Rows generated together.
    private static final int TOGETHER = 16;
    /// Most tokens of an answer.
    private static final int MOST = 192;

    public FunctionCallScore {
        results = List.copyOf(results);
        if (results.isEmpty()) throw TunebookException.of("FunctionCallScore", "no row to score", "0 rows", "give at least one row; an interrupt may have left none");
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

    /// Lets `model` answer every row of `data` that asks for calls, greedily, and scores what it writes.
    ///
    /// Rows are generated [#TOGETHER] at a time and end at the model's own stop tokens or after [#MOST] tokens. An interrupt of the thread ends it with
    /// the rows finished by then.
    ///
    /// @throws TunebookException if a row is not a conversation with an answer, or if there is none
    public static FunctionCallScore of(LanguageModel model, ChatData data) {
        List<tunebook.data.Row.Conversation> rows = data.stream().map(FunctionCallScore::conversation).toList();
        if (rows.isEmpty()) throw TunebookException.of("FunctionCallScore.of", "no row to score", data.toString(), "give at least one row with an answer");
        ExampleBuilder builder = new ExampleBuilder(model.tokenizer(), model.template());
        List<int[]> prompts = rows.stream().map(builder::prompt).toList();
        try (Generator generator = new Generator(model, TOGETHER)) {
            List<Generated> answers = generator.generate(prompts, MOST, StopTokens.of(model.tokenizer()));
            TextScore.warnOfCut("FunctionCallScore.of", answers, MOST);
            return of(IntStream.range(0, rows.size()).filter(i -> answers.get(i).finish() != Generated.Finish.INTERRUPTED)
                .mapToObj(i -> new Row(request(rows.get(i)), rows.get(i).answer().orElseThrow().toolCalls(), answers.get(i).text())).toList());
        }
    }

    private static tunebook.data.Row.Conversation conversation(tunebook.data.Row row) {
        if (row instanceof tunebook.data.Row.Conversation c && c.answer().isPresent()) return c;
        throw TunebookException.of("FunctionCallScore.of", "a row is not a conversation that ends in an answer", row.toString(), "score rows with messages and an assistant's answer");
    }

    private static String request(tunebook.data.Row.Conversation c) {
        return c.prompt().isEmpty() ? "" : c.prompt().getLast().content();
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

    /// Each row's calls as text, written one way (arguments sorted by name) so that only what is said counts; a text that cannot be read stays as it is.
    /// For any [CorpusMetric].
    public List<Segment> segments() {
        return results.stream().map(r -> Segment.of(readable(r) ? ToolCallText.format(r.calls()) : r.row().produced(), ToolCallText.format(r.row().expected()))).toList();
    }

    /// BLEU of the calls' text with sacrebleu's defaults: how near the wrong ones come. Exact match is what decides.
    public BleuScore bleu() {
        return new Bleu().corpus(segments());
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
        return new Comparison.Answer(readable(result) ? text(result.calls()) : result.row().produced(), result.matched(),
            result.errors().stream().map(CallError::describe).collect(Collectors.joining("; ")));
    }

    private static boolean readable(Result result) {
        return result.errors().stream().noneMatch(e -> e instanceof CallError.Malformed);
    }

    private static List<Object> question(Result result) {
        return List.of(result.row().request(), result.row().expected());
    }

    private static Share share(List<Result> results) {
        return new Share((int) results.stream().filter(Result::matched).count(), results.size());
    }
}
