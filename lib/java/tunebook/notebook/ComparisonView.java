package tunebook.notebook;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tunebook.eval.Comparison;
import tunebook.eval.Comparison.Answer;
import tunebook.eval.Comparison.Pair;
import tunebook.eval.Comparison.Sides;

/// Two scores of the same rows beside each other, and the rows that changed with their differences marked.
record ComparisonView(Comparison comparison) implements Display {
    private static final int EXAMPLES = 8;

    static ComparisonView of(Comparison comparison) {
        return new ComparisonView(comparison);
    }

    @Override
    public String text() {
        return comparison.toString();
    }

    @Override
    public Map<String, Object> data() {
        var scores = new LinkedHashMap<String, Object>();
        scores.put(comparison.metric() + ", before", comparison.total().before().toString());
        scores.put(comparison.metric() + ", after", comparison.total().after().toString());
        return Map.of(ScoreView.SCORES, scores);
    }

    @Override
    public String html() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(Html.escape(comparison.metric()), "rows", "before", "after", "difference", ""));
        rows.add(row("<b>all</b>", comparison.total()));
        if (comparison.byKind().size() > 1) comparison.byKind().forEach((kind, sides) -> rows.add(row(Html.escape(kind), sides)));
        String table = Html.table(rows, List.of(false, true, true, true, true, false));
        return Html.div("color:inherit", table + verdict() + changes("got better", comparison.better(), true) + changes("got worse", comparison.worse(), false)
            + changes("are still wrong", stillWrong(), false));
    }

    private List<Pair> stillWrong() {
        return comparison.pairs().stream().filter(p -> !p.before().matched() && !p.after().matched()).toList();
    }

    private static List<String> row(String name, Sides sides) {
        return List.of(name, Figures.count(sides.after().rows()), percent(sides.before().percent()), percent(sides.after().percent()),
            String.format(Locale.ROOT, "%+.1f", sides.difference()), bars(sides));
    }

    private static String percent(double percent) {
        return Figures.percent(percent / 100);
    }

    private static String bars(Sides sides) {
        String before = bar(sides.before().percent(), "rgba(128,128,128,.6)");
        return Html.div("width:140px;padding-top:3px", before + bar(sides.after().percent(), Html.GREEN));
    }

    private static String bar(double percent, String colour) {
        return Html.div(String.format(Locale.ROOT, "height:5px;margin:1px 0;border-radius:2px;width:%.1f%%;background:%s", percent, colour), "");
    }

    private String verdict() {
        int changed = comparison.better().size() + comparison.worse().size();
        if (changed == 0) return Html.div(Html.FONT + Html.FAINT, "No row got better or worse.");
        double p = comparison.mcNemar().pValue();
        String words = comparison.better().size() + " rows got better, " + comparison.worse().size() + " got worse (McNemar p "
            + (p < 1e-4 ? "&lt; 0.0001" : String.format(Locale.ROOT, "= %.4f", p)) + ")";
        return Html.div(Html.FONT + Html.FAINT, words);
    }

    private static String changes(String title, List<Pair> pairs, boolean open) {
        if (pairs.isEmpty()) return "";
        var html = new StringBuilder();
        pairs.stream().limit(EXAMPLES).forEach(p -> html.append(change(p)));
        String shown = pairs.size() > EXAMPLES ? " (the first " + EXAMPLES + " of " + pairs.size() + ")" : " (" + pairs.size() + ")";
        return "<details style=\"" + Html.FONT + "margin-top:.4em\"" + (open ? " open" : "") + "><summary style=\"cursor:pointer\">Rows that " + title + shown
            + "</summary>" + html + "</details>";
    }

    private static String change(Pair pair) {
        String request = pair.request().isEmpty() ? "row " + pair.row() : pair.request();
        return Html.div("margin:.5em 0 .7em 1em", Html.div("font-weight:600", Html.escape(request))
            + side("before", pair.before(), pair.expected()) + side("after", pair.after(), pair.expected())
            + (pair.after().matched() ? "" : line("expected", Html.escape(pair.expected()))));
    }

    private static String side(String name, Answer answer, String expected) {
        String text = answer.matched() ? Html.span("background:" + Html.GOOD + ";border-radius:2px", Html.escape(answer.text()))
            : TextDiff.marked(answer.text(), expected, Html.BAD);
        return line(name, text + (answer.note().isEmpty() ? "" : Html.div(Html.FAINT, Html.escape(answer.note()))));
    }

    private static String line(String name, String inner) {
        return Html.div("display:flex;gap:10px", Html.span(Html.FAINT + "flex:0 0 60px", name) + Html.div(Html.MONO + "white-space:pre-wrap", inner));
    }
}
