package tunebook.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The range of a chart's axis, widened to round ticks.
///
/// @param low  first tick
/// @param high last tick
/// @param step distance of two ticks: 1, 2 or 5 times a power of ten
record Axis(double low, double high, double step) {
    /// An axis that holds `min` to `max` with about `ticks` ticks.
    static Axis of(double min, double max, int ticks) {
        double span = max > min ? max - min : Math.max(Math.abs(max), 1e-12);
        double rough = span / ticks;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double step = power * (rough / power <= 1 ? 1 : rough / power <= 2 ? 2 : rough / power <= 5 ? 5 : 10);
        double low = Math.floor(min / step + 1e-9) * step;
        double high = Math.ceil(max / step - 1e-9) * step;
        return new Axis(low, high > low ? high : low + step, step);
    }

    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        for (int i = 0; low + i * step <= high + step / 2; i++) ticks.add(low + i * step);
        return ticks;
    }

    /// A tick as text, with as many decimals as the step needs: `0.25`, `1,500`, `2e-04`.
    String label(double tick) {
        if (Math.abs(tick) < step / 1000) return "0";
        int decimals = (int) Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
        return decimals > 3 ? String.format(Locale.ROOT, "%.0e", tick) : String.format(Locale.ROOT, "%,." + decimals + "f", tick);
    }
}
