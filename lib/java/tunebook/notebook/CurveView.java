package tunebook.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import tunebook.notebook.Plot.Series;
import tunebook.train.StepReport;

/// The drawing of a training run so far.
///
/// @param steps reports in order, at least one unless the run ended before its first step
/// @param ended how the run ended; empty while it runs
/// @param warnings what is hardly ever meant about the run, shown above the curve
record CurveView(List<StepReport> steps, String ended, List<String> warnings) implements Display {
    private static final int POINTS = 300;

    CurveView {
        steps = List.copyOf(steps);
        warnings = List.copyOf(warnings);
    }

    CurveView(List<StepReport> steps, String ended) {
        this(steps, ended, List.of());
    }

    @Override
    public String text() {
        if (steps.isEmpty()) return "no step was taken";
        StepReport last = steps.getLast();
        var line = new StringJoiner("  ").add("step " + last.step() + "/" + last.maxSteps()).add("loss " + Figures.significant(last.loss()));
        LossCurve.lastEvalLoss(steps).ifPresent(e -> line.add("eval " + Figures.significant(e)));
        line.add("lr " + Figures.significant(last.learningRate())).add(Figures.count(Math.round(last.tokensPerSecond())) + " tokens/s");
        return line.add(time(last)).toString();
    }

    private String time(StepReport last) {
        if (ended.isEmpty()) return Figures.duration(last.secondsLeft()) + " left";
        return ended + " after " + Figures.duration(steps.stream().mapToDouble(StepReport::seconds).sum());
    }

    @Override
    public String html() {
        if (steps.isEmpty()) return Html.div(Html.FONT, "No step was taken.");
        String side = Html.div("flex:1 1 200px;min-width:180px", small("learning rate", StepReport::learningRate, Html.ORANGE)
            + small("tokens/s", StepReport::tokensPerSecond, Html.GREEN));
        String plots = Html.div("display:flex;flex-wrap:wrap;gap:12px;align-items:stretch",
            Html.div("flex:3 1 420px;min-width:320px", losses()) + side);
        return Html.div(Html.FONT + "max-width:860px;color:inherit", attention() + plots + bar() + facts());
    }

    private String attention() {
        return warnings.stream().map(w -> Html.div("border-left:3px solid " + Html.ORANGE + ";padding:2px 8px;margin:0 0 6px", Html.escape(w))).collect(Collectors.joining());
    }

    private String losses() {
        List<StepReport> thin = thinned();
        List<Series> series = new ArrayList<>();
        series.add(new Series("loss", Html.BLUE, Series.Kind.FAINT, points(thin, StepReport::loss)));
        if (steps.size() > 4) series.add(new Series("smoothed", Html.BLUE, Series.Kind.LINE, smoothed(thin)));
        List<double[]> evals = steps.stream().filter(s -> s.evalLoss().isPresent())
            .map(s -> new double[] {s.step(), s.evalLoss().getAsDouble()}).toList();
        if (!evals.isEmpty()) series.add(new Series("held-out loss", Html.ORANGE, Series.Kind.DOTS, evals));
        return new Plot("loss", 560, 250, steps.getLast().maxSteps(), series).svg();
    }

    private String small(String title, ToDoubleFunction<StepReport> value, String colour) {
        return new Plot(title, 280, 122, steps.getLast().maxSteps(), List.of(new Series("", colour, Series.Kind.LINE, points(thinned(), value)))).svg();
    }

    private List<StepReport> thinned() {
        int every = Math.max(1, (steps.size() + POINTS - 1) / POINTS);
        List<StepReport> kept = new ArrayList<>();
        for (int i = 0; i < steps.size(); i += every) kept.add(steps.get(i));
        if (kept.getLast() != steps.getLast()) kept.add(steps.getLast());
        return kept;
    }

    private static List<double[]> points(List<StepReport> steps, ToDoubleFunction<StepReport> value) {
        return steps.stream().map(s -> new double[] {s.step(), value.applyAsDouble(s)}).toList();
    }

    /// An exponential mean over about a thirtieth of the run, started without bias.
    private List<double[]> smoothed(List<StepReport> kept) {
        double keep = 1 - 1 / Math.max(2, steps.size() / 30.0);
        double mean = 0;
        double weight = 0;
        List<double[]> points = new ArrayList<>();
        int next = 0;
        for (StepReport step : steps) {
            mean = keep * mean + (1 - keep) * step.loss();
            weight = keep * weight + (1 - keep);
            if (kept.get(next) != step) continue;
            points.add(new double[] {step.step(), mean / weight});
            next++;
        }
        return points;
    }

    private String bar() {
        StepReport last = steps.getLast();
        return ProgressView.bar(last.step() / (double) last.maxSteps(), ended.isEmpty() || ended.equals("done"));
    }

    private String facts() {
        StepReport last = steps.getLast();
        var facts = new StringJoiner(" · ");
        facts.add("step " + last.step() + " of " + last.maxSteps()).add(time(last)).add("loss " + Figures.significant(last.loss()));
        LossCurve.lastEvalLoss(steps).ifPresent(e -> facts.add("held-out " + Figures.significant(e)));
        facts.add("gradient norm " + Figures.significant(last.gradientNorm()));
        facts.add(Figures.count(Math.round(last.tokensPerSecond())) + " tokens/s");
        facts.add("device " + Figures.bytes(last.deviceBytes()));
        return Html.div(Html.FAINT + "font-variant-numeric:tabular-nums", Html.escape(facts.toString()));
    }
}
