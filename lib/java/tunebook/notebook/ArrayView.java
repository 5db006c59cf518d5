package tunebook.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import tunebook.tensor.HostArray;

/// The first numbers of an array, as a grid of at most [#ROWS] by [#COLUMNS]. Axes before the last are one after another in the rows.
///
/// @param type    element type and shape
/// @param numbers the grid's rows
/// @param more    what is not shown; empty where all is
public record ArrayView(String type, List<List<Double>> numbers, String more) implements Display {
    /// Rows that are shown.
    public static final int ROWS = 8;
    /// Numbers of a row that are shown.
    public static final int COLUMNS = 12;

    /// What `array` holds.
    public static ArrayView of(HostArray array) {
        int width = array.shape().rank() == 0 ? 1 : array.shape().dim(-1);
        long height = width == 0 ? 0 : array.size() / width;
        List<List<Double>> numbers = new ArrayList<>();
        for (long r = 0; r < Math.min(height, ROWS); r++) {
            long first = r * width;
            numbers.add(LongStream.range(first, first + Math.min(width, COLUMNS)).mapToObj(i -> (double) array.getFloat(i)).toList());
        }
        List<String> hidden = new ArrayList<>();
        if (height > ROWS) hidden.add(Figures.count(height) + " rows");
        if (width > COLUMNS) hidden.add(Figures.count(width) + " numbers in a row");
        return new ArrayView(array.toString(), numbers, hidden.isEmpty() ? "" : "… of " + String.join(", ", hidden));
    }

    @Override
    public String text() {
        int width = numbers.stream().flatMap(List::stream).mapToInt(n -> number(n).length()).max().orElse(0);
        String grid = numbers.stream().map(r -> r.stream().map(n -> " ".repeat(width - number(n).length()) + number(n)).collect(Collectors.joining(" ")))
            .collect(Collectors.joining("\n"));
        return type + (grid.isEmpty() ? "" : "\n" + grid) + (more.isEmpty() ? "" : "\n" + more);
    }

    @Override
    public String html() {
        double largest = numbers.stream().flatMap(List::stream).mapToDouble(Math::abs).filter(Double::isFinite).max().orElse(0);
        String rows = numbers.stream().map(r -> "<tr style=\"background:transparent\">" + r.stream().map(n -> cell(n, largest)).collect(Collectors.joining()) + "</tr>")
            .collect(Collectors.joining());
        String grid = "<table style=\"" + Html.MONO + "border-collapse:collapse;margin:.2em 0;color:inherit\">" + rows + "</table>";
        return Html.div(Html.FONT + "color:inherit", Html.span(Html.FAINT, Html.escape(type)) + (rows.isEmpty() ? "" : grid)
            + (more.isEmpty() ? "" : Html.div(Html.FAINT, Html.escape(more))));
    }

    /// Blue above 0, orange below, fainter the smaller the number is.
    private static String cell(double n, double largest) {
        double strength = largest == 0 || !Double.isFinite(n) ? 0 : .45 * Math.abs(n) / largest;
        String tint = String.format(Locale.ROOT, n < 0 ? "rgba(224,138,30,%.2f)" : "rgba(61,139,217,%.2f)", strength);
        return "<td style=\"text-align:right;padding:2px 7px;border:1px solid " + Html.LINE + ";background:" + tint + "\">" + number(n) + "</td>";
    }

    private static String number(double n) {
        return n == Math.rint(n) && Math.abs(n) < 1e6 ? String.format(Locale.ROOT, "%.0f", n + 0.0) : Figures.significant(n);
    }
}
