package tunebook.notebook;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// A small SVG chart over steps: axes with round ticks, lines and dots, a legend.
///
/// @param title  stands above the chart
/// @param width  of the drawing; it scales with the page
/// @param maxX   right end of the horizontal axis, which starts at 0
/// @param series what is drawn, first at the back
record Plot(String title, int width, int height, double maxX, List<Series> series) {
    private static final int LEFT = 46;
    private static final int RIGHT = 10;
    private static final int TOP = 22;
    private static final int BOTTOM = 20;

    /// @param points x and y, in order of x
    record Series(String name, String colour, Kind kind, List<double[]> points) {
        enum Kind { LINE, FAINT, DOTS }
    }

    /// The chart as one `<svg>`; its text has the colour of the page.
    String svg() {
        Axis y = Axis.of(values().min().orElse(0), values().max().orElse(1), height > 150 ? 5 : 3);
        Axis x = Axis.of(0, Math.max(1, maxX), width > 300 ? 6 : 3);
        var svg = new StringBuilder(String.format(Locale.ROOT, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\" style=\"width:100%%;height:auto;display:block;overflow:visible;font-family:inherit\" font-size=\"11\" fill=\"currentColor\">",
            width, height, Html.escape(title)));
        svg.append(text(LEFT, 12, "start", title, "font-weight=\"600\"")).append(legend());
        for (double tick : y.ticks()) svg.append(line(LEFT, py(y, tick), width - RIGHT, py(y, tick))).append(text(LEFT - 6, py(y, tick) + 4, "end", y.label(tick), "opacity=\".7\""));
        for (double tick : x.ticks()) if (tick <= maxX) svg.append(text(px(tick), height - 5, "middle", x.label(tick), "opacity=\".7\""));
        series.forEach(s -> svg.append(draw(s, y)));
        return svg.append("</svg>").toString();
    }

    private java.util.stream.DoubleStream values() {
        return series.stream().flatMap(s -> s.points().stream()).mapToDouble(p -> p[1]).filter(Double::isFinite);
    }

    private String draw(Series s, Axis y) {
        if (s.kind() == Series.Kind.DOTS || s.points().size() == 1)
            return path(s, y, 1.5, .8) + s.points().stream().map(p -> String.format(Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>",
                px(p[0]), py(y, p[1]), s.colour())).collect(Collectors.joining());
        return s.kind() == Series.Kind.FAINT ? path(s, y, 1.2, .55) : path(s, y, 2, 1);
    }

    private String path(Series s, Axis y, double stroke, double opacity) {
        String points = s.points().stream().filter(p -> Double.isFinite(p[1]))
            .map(p -> String.format(Locale.ROOT, "%.1f,%.1f", px(p[0]), py(y, p[1]))).collect(Collectors.joining(" "));
        return String.format(Locale.ROOT, "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%.1f\" stroke-linejoin=\"round\" opacity=\"%.2f\"/>",
            points, s.colour(), stroke, opacity);
    }

    private String legend() {
        var legend = new StringBuilder();
        double right = width - RIGHT;
        for (Series s : series.reversed()) {
            if (s.name().isEmpty() || series.size() == 1) continue;
            right -= 6.2 * s.name().length();
            legend.append(text(right, 12, "start", s.name(), "opacity=\".8\""));
            legend.append(String.format(Locale.ROOT, "<line x1=\"%.1f\" y1=\"8\" x2=\"%.1f\" y2=\"8\" stroke=\"%s\" stroke-width=\"%s\" opacity=\"%s\"/>",
                right - 20, right - 5, s.colour(), s.kind() == Series.Kind.FAINT ? "1.2" : "2", s.kind() == Series.Kind.FAINT ? ".5" : "1"));
            right -= 34;
        }
        return legend.toString();
    }

    private static String text(double x, double y, String anchor, String words, String more) {
        return String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" %s>%s</text>", x, y, anchor, more, Html.escape(words));
    }

    private static String line(double x1, double y1, double x2, double y2) {
        return String.format(Locale.ROOT, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"currentColor\" opacity=\".15\"/>", x1, y1, x2, y2);
    }

    private double px(double x) {
        return LEFT + x / Math.max(1, maxX) * (width - LEFT - RIGHT);
    }

    private double py(Axis y, double value) {
        return height - BOTTOM - (value - y.low()) / (y.high() - y.low()) * (height - TOP - BOTTOM);
    }
}
