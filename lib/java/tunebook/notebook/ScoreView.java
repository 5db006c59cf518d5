package tunebook.notebook;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tunebook.eval.FunctionCallScore;
import tunebook.eval.Share;

/// A function-call score: the total, each kind of argument, what went wrong, and the first rows that failed.
record ScoreView(FunctionCallScore score) implements Display {
    /// What `./tunebook run` prints at the end.
    static final String SCORES = "application/vnd.tunebook.scores+json";
    private static final int EXAMPLES = 5;

    static ScoreView of(FunctionCallScore score) {
        return new ScoreView(score);
    }

    @Override
    public String text() {
        return score.toString();
    }

    @Override
    public Map<String, Object> data() {
        return Map.of(SCORES, Map.of("function calls, exact match", score.total().toString()));
    }

    @Override
    public String html() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("exact match", "rows", "right", "", ""));
        rows.add(row("<b>all</b>", score.total()));
        if (score.byKind().size() > 1) score.byKind().forEach((kind, share) -> rows.add(row(Html.escape(kind.label()), share)));
        String table = Html.table(rows, List.of(false, true, true, true, false));
        return Html.div("color:inherit", table + errors() + examples());
    }

    static List<String> row(String name, Share share) {
        return List.of(name, Figures.count(share.rows()), Figures.count(share.matched()), Figures.percent(share.percent() / 100), bar(share.percent()));
    }

    static String bar(double percent) {
        return Html.div("display:inline-block;width:120px;height:8px;border-radius:2px;background:" + Html.LINE + ";overflow:hidden",
            Html.div(String.format(java.util.Locale.ROOT, "height:100%%;width:%.1f%%;background:%s", percent, Html.GREEN), ""));
    }

    private String errors() {
        if (score.errors().isEmpty()) return "";
        var words = new LinkedHashMap<String, Integer>(score.errors());
        return Html.div(Html.FONT + Html.FAINT, "what went wrong: " + Html.escape(String.join(", ", words.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).toList())));
    }

    private String examples() {
        List<FunctionCallScore.Result> failed = score.results().stream().filter(r -> !r.matched()).limit(EXAMPLES).toList();
        if (failed.isEmpty()) return "";
        var html = new StringBuilder();
        for (FunctionCallScore.Result result : failed) html.append(ScoreView.example(result));
        return "<details style=\"" + Html.FONT + "margin-top:.4em\"><summary style=\"cursor:pointer\">The first " + failed.size()
            + " rows that failed</summary>" + html + "</details>";
    }

    private static String example(FunctionCallScore.Result result) {
        String said = result.calls().isEmpty() ? Html.div(Html.MONO + "white-space:pre-wrap", Html.escape(result.row().produced()))
            : CallView.compare(result.calls(), result.row().expected()).html();
        return Html.div("margin:.6em 0 .6em 1em", Html.div("font-weight:600", Html.escape(result.row().request())) + said
            + Html.div(Html.FAINT, Html.escape(String.join("; ", result.errors().stream().map(e -> e.describe()).toList()))));
    }
}
