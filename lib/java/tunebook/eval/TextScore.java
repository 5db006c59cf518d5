package tunebook.eval;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.slf4j.LoggerFactory;
import tunebook.data.ChatData;
import tunebook.data.ChatMessage;
import tunebook.data.ExampleBuilder;
import tunebook.data.StopTokens;
import tunebook.generate.Generated;
import tunebook.generate.Generator;
import tunebook.generate.Sampling;
import tunebook.model.LanguageModel;
import tunebook.tensor.TunebookException;

/// What a model writes for rows with a right text (translations, say), and how near it comes: BLEU, chrF and exact match.
///
/// @param rows in order
public record TextScore(List<Row> rows) {
    /// Rows generated together.
    private static final int TOGETHER = 16;
    /// Most tokens of an answer where nothing else is said.
    private static final int MOST = 128;
    /// Rows that [#toString] shows, and their width in cells.
    private static final int SHOWN = 5;
    private static final int WIDTH = 100;

    public TextScore {
        rows = List.copyOf(rows);
        if (rows.isEmpty()) throw TunebookException.of("TextScore", "no row to score", "0 rows", "give at least one row with an answer");
    }

    /// @param request  what the model was given, as a person reads it
    /// @param expected the right text
    /// @param produced the model's text, without control tokens and blanks around it
    public record Row(String request, String expected, String produced) {}

    /// Lets `model` answer every row of `data` greedily, with at most [#MOST] tokens each.
    ///
    /// @throws TunebookException if a row has no answer, or if an interrupt left no row finished
    public static TextScore of(LanguageModel model, ChatData data) {
        return of(model, data, Sampling.GREEDY, MOST);
    }

    /// The same with tokens chosen by `sampling`, at most `maxTokens` of them. An interrupt of the thread ends it with the rows finished by then.
    public static TextScore of(LanguageModel model, ChatData data, Sampling sampling, int maxTokens) {
        List<Row> asked = data.stream().map(TextScore::question).toList();
        ExampleBuilder builder = new ExampleBuilder(model.tokenizer(), model.template());
        List<int[]> prompts = data.stream().map(builder::prompt).toList();
        try (Generator generator = new Generator(model, Math.clamp(prompts.size(), 1, TOGETHER))) {
            List<Generated> answers = generator.generate(prompts, maxTokens, StopTokens.of(model.tokenizer()), sampling, (_, _) -> {});
            warnOfCut("TextScore.of", answers, maxTokens);
            return new TextScore(IntStream.range(0, asked.size()).filter(i -> answers.get(i).finish() != Generated.Finish.INTERRUPTED)
                .mapToObj(i -> new Row(asked.get(i).request, asked.get(i).expected, model.tokenizer().decodeWithoutSpecial(answers.get(i).tokens()).strip())).toList());
        }
    }

    static void warnOfCut(String operation, List<Generated> answers, int maxTokens) {
        long cut = answers.stream().filter(a -> a.finish() == Generated.Finish.MAX_TOKENS).count();
        if (cut > 0) LoggerFactory.getLogger(TextScore.class).warn("{}: answers were cut by the length limit — {} of {} at {} tokens — they are scored as they are: raise the limit,"
            + " or train on examples that end in a stop token", operation, cut, answers.size(), maxTokens);
    }

    private static Row question(tunebook.data.Row row) {
        Row asked = switch (row) {
            case tunebook.data.Row.Conversation c -> new Row(c.prompt().isEmpty() ? "" : c.prompt().getLast().content(), c.answer().map(ChatMessage::content).orElse(""), "");
            case tunebook.data.Row.Text t -> new Row(t.prompt(), t.completion().strip(), "");
        };
        if (asked.expected.isEmpty()) throw TunebookException.of("TextScore.of", "a row has no text to compare with", row.toString(), "score rows with a target");
        return asked;
    }

    /// What was written beside what is right, for any [CorpusMetric].
    public List<Segment> segments() {
        return rows.stream().map(r -> Segment.of(r.produced, r.expected)).toList();
    }

    /// BLEU with sacrebleu's defaults; `new Bleu().tokenizer(BleuTokenizer.CHAR).corpus(segments())` and the like give others.
    public BleuScore bleu() {
        return new Bleu().corpus(segments());
    }

    /// chrF with sacrebleu's defaults.
    public ChrfScore chrf() {
        return new Chrf().corpus(segments());
    }

    /// Texts that are right letter by letter.
    public Share exact() {
        return new ExactMatch().corpus(segments()).total();
    }

    /// The three scores by name, 0 to 100.
    public Map<String, CorpusMetric> metrics() {
        var metrics = new LinkedHashMap<String, CorpusMetric>();
        metrics.put("BLEU", new Bleu());
        metrics.put("chrF", new Chrf());
        metrics.put("exact match", new ExactMatch());
        return metrics;
    }

    /// These texts beside those for the same rows after training. Throws if the rows differ.
    public TextComparison compareWith(TextScore after) {
        Comparison.checkSameRows("TextScore.compareWith", rows.stream().map(r -> List.of(r.request, r.expected)).toList(),
            after.rows.stream().map(r -> List.of(r.request, r.expected)).toList());
        return new TextComparison(this, after);
    }

    /// The first `count` rows, to compare with a run that was interrupted.
    public TextScore first(int count) {
        return new TextScore(rows.subList(0, Math.min(count, rows.size())));
    }

    /// The scores, then the first rows.
    @Override
    public String toString() {
        var table = new TextTable();
        rows.stream().limit(SHOWN).forEach(r -> table.row("  given", TextTable.shorten(r.request, WIDTH)).row("  right", TextTable.shorten(r.expected, WIDTH))
            .row("  written", TextTable.shorten(r.produced, WIDTH)));
        return rows.size() + " rows: " + bleu() + ", " + chrf() + ", exact match " + exact() + "\n" + table;
    }
}
