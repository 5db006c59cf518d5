package tunebook.eval;

import tunebook.tensor.TunebookException;

/// What BLEU does about an n-gram order without a single match, which would make the whole score 0
/// (Chen and Cherry, "A Systematic Comparison of Smoothing Techniques for Sentence-Level BLEU", WMT 2014).
public sealed interface Smoothing {
    /// Nothing.
    record None() implements Smoothing {}

    /// Each further order without a match counts half as much as the one before: sacrebleu's default.
    record Exp() implements Smoothing {}

    /// An order without a match counts `matches` matches.
    record Floor(double matches) implements Smoothing {
        public Floor {
            check("Smoothing.floor", matches);
        }
    }

    /// `added` matches and n-grams more in every order but the first.
    record AddK(double added) implements Smoothing {
        public AddK {
            check("Smoothing.addK", added);
        }
    }

    static Smoothing none() {
        return new None();
    }

    static Smoothing exp() {
        return new Exp();
    }

    /// [Floor] with sacrebleu's default, 0.1.
    static Smoothing floor() {
        return new Floor(0.1);
    }

    static Smoothing floor(double matches) {
        return new Floor(matches);
    }

    /// [AddK] with sacrebleu's default, 1.
    static Smoothing addK() {
        return new AddK(1);
    }

    static Smoothing addK(double added) {
        return new AddK(added);
    }

    /// sacrebleu's name for it, as it stands in signatures: `exp`, `floor[0.10]`.
    default String label() {
        return switch (this) {
            case None() -> "none";
            case Exp() -> "exp";
            case Floor(double matches) -> "floor[" + Decimal.of(matches, 2) + "]";
            case AddK(double added) -> "add-k[" + Decimal.of(added, 2) + "]";
        };
    }

    private static void check(String operation, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY))
            throw TunebookException.of(operation, "not a count", String.valueOf(value), "give a number of 0 or more");
    }
}
