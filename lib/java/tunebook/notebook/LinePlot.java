package tunebook.notebook;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Lines over 0, 1, 2 …: `LinePlot.of("loss").line("step by hand", losses)`.
///
/// @param title stands above
/// @param lines the values of each line, by its name
public record LinePlot(String title, Map<String, List<Double>> lines) implements Display {
    private static final List<String> COLOURS = List.of(Html.BLUE, Html.ORANGE, Html.GREEN, "#9b6bd3", "#c2526b");

    public static LinePlot of(String title) {
        return new LinePlot(title, Map.of());
    }

    /// This with another line; returns a new plot.
    public LinePlot line(String name, double... values) {
        var more = new LinkedHashMap<>(lines);
        more.put(name, Arrays.stream(values).boxed().toList());
        return new LinePlot(title, more);
    }

    @Override
    public String text() {
        return title + lines.entrySet().stream().map(e -> "\n  " + e.getKey() + ": " + ends(e.getValue())).collect(Collectors.joining());
    }

    private static String ends(List<Double> values) {
        return values.isEmpty() ? "no values" : Figures.significant(values.getFirst()) + " … " + Figures.significant(values.getLast()) + " (" + values.size() + " values)";
    }

    @Override
    public String html() {
        List<String> names = List.copyOf(lines.keySet());
        List<Plot.Series> series = IntStream.range(0, names.size()).mapToObj(i -> new Plot.Series(names.get(i), COLOURS.get(i % COLOURS.size()), Plot.Series.Kind.LINE,
            points(lines.get(names.get(i))))).toList();
        int longest = lines.values().stream().mapToInt(List::size).max().orElse(1);
        return Html.div(Html.FONT + "color:inherit;max-width:620px", new Plot(title, 620, 220, Math.max(1, longest - 1), series).svg());
    }

    private static List<double[]> points(List<Double> values) {
        return IntStream.range(0, values.size()).mapToObj(i -> new double[] {i, values.get(i)}).toList();
    }
}
