package tunebook.notebook;

import tunebook.tensor.HostArray;
import tunebook.tensor.TunebookException;

/// Something that a notebook says and a cell has just checked. A claim that does not hold is an error, so that no notebook goes on saying it.
///
/// @param words what holds, and how well
public record Claim(String words) implements Display {
    /// `words`, if `holds`.
    ///
    /// @throws TunebookException if it does not
    public static Claim that(String words, boolean holds) {
        if (!holds) throw broken(words, "the condition is false");
        return new Claim(words);
    }

    /// `words`, if the two arrays have one shape and no two of their numbers are more than `tolerance` apart.
    ///
    /// @throws TunebookException if they are not so near, with the largest difference and its place
    public static Claim near(String words, HostArray one, HostArray other, double tolerance) {
        if (!one.shape().equals(other.shape())) throw broken(words, "the shapes are " + one.shape() + " and " + other.shape());
        long at = 0;
        double worst = 0;
        for (long i = 0; i < one.size(); i++) {
            double apart = Math.abs((double) one.getFloat(i) - other.getFloat(i));
            if (Double.isNaN(apart)) throw broken(words, "number " + i + ": " + one.getFloat(i) + " and " + other.getFloat(i));
            if (apart <= worst) continue;
            worst = apart;
            at = i;
        }
        if (worst > tolerance)
            throw broken(words, "number " + at + " of " + one.shape() + ": " + one.getFloat(at) + " and " + other.getFloat(at) + ", more than " + tolerance + " apart");
        return new Claim(words + " (largest difference of " + Figures.count(one.size()) + " numbers: " + Figures.significant(worst) + ")");
    }

    /// `words`, if the two numbers are at most `tolerance` apart.
    ///
    /// @throws TunebookException if they are not
    public static Claim near(String words, double one, double other, double tolerance) {
        if (!(Math.abs(one - other) <= tolerance)) throw broken(words, one + " and " + other + ", more than " + tolerance + " apart");
        return new Claim(words + " (" + Figures.significant(one) + " and " + Figures.significant(other) + ")");
    }

    private static TunebookException broken(String words, String given) {
        return TunebookException.of("Claim", "\"" + words + "\" does not hold", given, "look for what was changed in the cells above");
    }

    @Override
    public String text() {
        return "✓ " + words;
    }

    @Override
    public String html() {
        return Html.div(Html.FONT + "color:inherit", Html.span("background:" + Html.GOOD + ";border-radius:3px;padding:0 5px;margin-right:6px", "✓") + Html.escape(words));
    }
}
