package tunebook.notebook;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tunebook.eval.Bootstrap;
import tunebook.eval.TextComparison;
import tunebook.eval.TextScore;

/// Texts of a model, or of two, beside the right ones: scores with their intervals, then rows. Words that the right text has too are green.
///
/// @param before a model's texts; none where there is one model only
/// @param after  a model's texts
record TextScoreView(List<TextScore> before, TextScore after) implements Display {
    private static final int OPEN = 4;
    private static final int ROWS = 20;
    private static final int LETTERS = 300;

    static TextScoreView of(TextScore score) {
        return new TextScoreView(List.of(), score);
    }

    static TextScoreView of(TextComparison comparison) {
        return new TextScoreView(List.of(comparison.before()), comparison.after());
    }

    private List<TextScore> both() {
        var both = new ArrayList<>(before);
        both.add(after);
        return both;
    }

    @Override
    public String text() {
        return before.isEmpty() ? after.toString() : new TextComparison(before.getFirst(), after).toString();
    }

    @Override
    public Map<String, Object> data() {
        var scores = new LinkedHashMap<String, Object>();
        for (TextScore score : both()) {
            String when = before.isEmpty() ? "" : score == after ? ", after" : ", before";
            scores.put("BLEU" + when, number(score.bleu().score()));
            scores.put("chrF" + when, number(score.chrf().score()));
        }
        return Map.of(ScoreView.SCORES, scores);
    }

    @Override
    public String html() {
        String shown = rows(0, OPEN);
        int more = Math.min(after.rows().size(), ROWS) - OPEN;
        if (more > 0) shown += "<details style=\"" + Html.FONT + "\"><summary style=\"cursor:pointer\">" + more + " more rows</summary>" + rows(OPEN, OPEN + more) + "</details>";
        return Html.div("color:inherit", (before.isEmpty() ? scores() : differences()) + Html.div(Html.FONT, shown));
    }

    private String scores() {
        List<List<String>> table = new ArrayList<>(List.of(List.of(after.rows().size() + " rows", "score", "95 % of draws", "")));
        after.metrics().forEach((name, metric) -> {
            Bootstrap.Interval interval = new Bootstrap().interval(metric, after.segments());
            table.add(List.of(name, number(interval.score()), range(interval), ScoreView.bar(interval.score())));
        });
        return Html.table(table, List.of(false, true, true, false));
    }

    private String differences() {
        List<List<String>> table = new ArrayList<>(List.of(List.of(after.rows().size() + " rows", "before", "after", "difference", "95 % of draws")));
        new TextComparison(before.getFirst(), after).paired().forEach((name, p) -> table.add(List.of(name, number(p.before().score()), number(p.after().score()),
            String.format(Locale.ROOT, "%+.1f", p.difference().score()), range(p.difference()))));
        return Html.table(table, List.of(false, true, true, true, true));
    }

    private String rows(int from, int to) {
        var html = new StringBuilder();
        for (int i = from; i < Math.min(to, after.rows().size()); i++) {
            TextScore.Row row = after.rows().get(i);
            String lines = line("given", Html.escape(row.request()));
            if (!before.isEmpty()) lines += line("before", marked(before.getFirst().rows().get(i)));
            lines += line(before.isEmpty() ? "written" : "after", marked(row)) + line("right", Html.escape(row.expected()));
            html.append(Html.div("margin:.5em 0 .7em;padding-left:8px;border-left:3px solid " + Html.LINE, lines));
        }
        return html.toString();
    }

    private static String line(String name, String inner) {
        return Html.div("display:flex;gap:10px", Html.span(Html.FAINT + "flex:0 0 52px", name) + Html.div("white-space:pre-wrap;overflow-wrap:anywhere", inner));
    }

    private static String marked(TextScore.Row row) {
        var html = new StringBuilder();
        for (TextDiff.Piece piece : TextDiff.of(shortened(row.produced()), row.expected()))
            html.append(piece.same() && !piece.text().isBlank() ? Html.span("background:" + Html.GOOD + ";border-radius:2px", Html.escape(piece.text())) : Html.escape(piece.text()));
        return html.isEmpty() ? Html.span(Html.FAINT, "nothing") : html.toString();
    }

    /// A model that never stops would fill the page.
    private static String shortened(String text) {
        return text.codePointCount(0, text.length()) <= LETTERS ? text : text.substring(0, text.offsetByCodePoints(0, LETTERS)) + "…";
    }

    private static String range(Bootstrap.Interval interval) {
        return number(interval.lower()) + " to " + number(interval.upper());
    }

    private static String number(double score) {
        return String.format(Locale.ROOT, "%.1f", Math.abs(score) < .05 ? 0 : score); // no -0.0
    }
}
