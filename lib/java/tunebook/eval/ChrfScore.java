package tunebook.eval;

/// A chrF score. `toString` is sacrebleu's line.
///
/// @param name      `chrF2`, or `chrF2++` with words up to 2
/// @param score     0 to 100
/// @param signature how it was computed, in sacrebleu's words
public record ChrfScore(String name, double score, String signature) {
    @Override
    public String toString() {
        return name + " = " + Decimal.of(score, 2);
    }
}
