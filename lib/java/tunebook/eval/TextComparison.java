package tunebook.eval;

import java.util.LinkedHashMap;
import java.util.Map;

/// Two models' texts for the same rows: every metric of both with its interval, and the texts beside each other.
public record TextComparison(TextScore before, TextScore after) {
    private static final int SHOWN = 5;
    private static final int WIDTH = 100;

    /// Both scores of each metric and their difference, with intervals by drawing rows again.
    public Map<String, Bootstrap.Paired> paired(Bootstrap bootstrap) {
        var out = new LinkedHashMap<String, Bootstrap.Paired>();
        before.metrics().forEach((name, metric) -> out.put(name, bootstrap.paired(metric, before.segments(), after.segments())));
        return out;
    }

    /// The same, 1000 draws and 95 %.
    public Map<String, Bootstrap.Paired> paired() {
        return paired(new Bootstrap());
    }

    /// A line for each metric, then the first rows of both.
    @Override
    public String toString() {
        var scores = new TextTable().row("", "before", "after", "difference");
        paired().forEach((name, p) -> scores.row(name, p.before(), p.after(), p.difference()));
        var examples = new TextTable();
        for (int i = 0; i < Math.min(SHOWN, before.rows().size()); i++)
            examples.row("  given", TextTable.shorten(before.rows().get(i).request(), WIDTH)).row("  before", TextTable.shorten(before.rows().get(i).produced(), WIDTH))
                .row("  after", TextTable.shorten(after.rows().get(i).produced(), WIDTH)).row("  right", TextTable.shorten(after.rows().get(i).expected(), WIDTH));
        return before.rows().size() + " rows\n" + scores + examples;
    }
}
