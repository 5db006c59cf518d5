package tunebook.eval;

import java.util.List;
import java.util.stream.Collectors;

/// A BLEU score and what it was made of. `toString` is sacrebleu's line.
///
/// @param score            0 to 100
/// @param brevityPenalty   1 unless the hypotheses are shorter than their references
/// @param precisions       for each order, matches in n-grams, in percent, smoothed
/// @param correct          for each order, n-grams that stand in a reference, not smoothed
/// @param total            for each order, n-grams of the hypotheses, not smoothed
/// @param hypothesisLength words of the hypotheses
/// @param referenceLength  words of the closest references
/// @param signature        how it was computed, in sacrebleu's words
public record BleuScore(double score, double brevityPenalty, List<Double> precisions, List<Long> correct, List<Long> total,
                        long hypothesisLength, long referenceLength, String signature) {
    @Override
    public String toString() {
        double ratio = referenceLength == 0 ? 0 : (double) hypothesisLength / referenceLength;
        return "BLEU = " + Decimal.of(score, 2) + " "
            + precisions.stream().map(p -> Decimal.of(p, 1)).collect(Collectors.joining("/"))
            + " (BP = " + Decimal.of(brevityPenalty, 3) + " ratio = " + Decimal.of(ratio, 3)
            + " hyp_len = " + hypothesisLength + " ref_len = " + referenceLength + ")";
    }
}
