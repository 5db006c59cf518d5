package tunebook.eval;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;
import tunebook.tensor.TunebookException;

/// BLEU: how many of the produced n-grams stand in a reference, times a penalty for being too short
/// (Papineni et al., ACL 2002). Equal to sacrebleu 2.6.0 to 1e-9; same defaults.
///
/// ```java
/// new Bleu().tokenizer(BleuTokenizer.INTL).corpus(segments)
/// new Bleu().effectiveOrder(true).sentence("the cat sat", "the cat sat down")
/// ```
///
/// @param tokenizer      how texts are cut into words
/// @param smoothing      what to do about orders without a match
/// @param maxOrder       longest n-grams counted, in words
/// @param effectiveOrder leave out the orders for which the text is too short; wanted for single sentences
/// @param lowercase      compare in lower case
public record Bleu(BleuTokenizer tokenizer, Smoothing smoothing, int maxOrder, boolean effectiveOrder, boolean lowercase)
    implements CorpusMetric {
    private static final double LOG_OF_ZERO = -9999999999.0;  // sacrebleu's, so that one empty order gives a score of 0

    public Bleu {
        if (maxOrder < 1)
            throw TunebookException.of("Bleu", "no n-grams to count", "maxOrder " + maxOrder, "give 1 or more; the usual one is 4");
    }

    /// sacrebleu's defaults: 13a, exp, order 4, mixed case.
    public Bleu() {
        this(BleuTokenizer.V13A, Smoothing.exp(), 4, false, false);
    }

    public Bleu tokenizer(BleuTokenizer tokenizer) {
        return new Bleu(tokenizer, smoothing, maxOrder, effectiveOrder, lowercase);
    }

    public Bleu smoothing(Smoothing smoothing) {
        return new Bleu(tokenizer, smoothing, maxOrder, effectiveOrder, lowercase);
    }

    public Bleu maxOrder(int maxOrder) {
        return new Bleu(tokenizer, smoothing, maxOrder, effectiveOrder, lowercase);
    }

    public Bleu effectiveOrder(boolean effectiveOrder) {
        return new Bleu(tokenizer, smoothing, maxOrder, effectiveOrder, lowercase);
    }

    public Bleu lowercase(boolean lowercase) {
        return new Bleu(tokenizer, smoothing, maxOrder, effectiveOrder, lowercase);
    }

    /// The score of a corpus: counts are summed over its segments before precisions are taken. Throws if it is empty.
    public BleuScore corpus(List<Segment> segments) {
        return compute(total(segments), signature(segments));
    }

    /// The same, with one reference for each hypothesis.
    public BleuScore corpus(List<String> hypotheses, List<String> references) {
        return corpus(Segment.pairs(hypotheses, references));
    }

    /// The score of one text; use it with [#effectiveOrder] on, or a short text scores near 0.
    public BleuScore sentence(String hypothesis, String... references) {
        return corpus(List.of(Segment.of(hypothesis, references)));
    }

    /// Length of the hypothesis and of the closest reference in words, then matches and n-grams of each order.
    @Override
    public double[] statistics(Segment segment) {
        List<String> words = words(segment.hypothesis());
        var known = new HashMap<List<String>, Integer>();
        int closest = -1;
        for (String reference : segment.references()) {
            List<String> right = words(reference);
            count(right).forEach((ngram, n) -> known.merge(ngram, n, Math::max));
            closest = closest < 0 ? right.size() : closer(words.size(), closest, right.size());
        }
        double[] counts = new double[2 + 2 * maxOrder];
        counts[0] = words.size();
        counts[1] = closest;
        count(words).forEach((ngram, n) -> {
            counts[1 + ngram.size()] += Math.min(n, known.getOrDefault(ngram, 0));
            counts[1 + maxOrder + ngram.size()] += n;
        });
        return counts;
    }

    @Override
    public double score(double[] statistics) {
        return compute(statistics, "").score();
    }

    /// What was computed, in sacrebleu's words, so that two scores can be told to be comparable.
    public String signature(List<Segment> segments) {
        return SacreBleu.signature(segments, lowercase, "eff:" + (effectiveOrder ? "yes" : "no"),
            "tok:" + tokenizer.label(), "smooth:" + smoothing.label());
    }

    private List<String> words(String text) {
        return tokenizer.words(Whitespace.stripEnd(lowercase ? text.toLowerCase(Locale.ROOT) : text));
    }

    private Map<List<String>, Integer> count(List<String> words) {
        var counts = new HashMap<List<String>, Integer>();
        for (int n = 1; n <= maxOrder; n++)
            for (int i = 0; i + n <= words.size(); i++) counts.merge(words.subList(i, i + n), 1, Integer::sum);
        return counts;
    }

    /// The reference length nearer to `length`; of two as near, the shorter.
    private static int closer(int length, int a, int b) {
        int difference = Math.abs(length - a) - Math.abs(length - b);
        return difference == 0 ? Math.min(a, b) : difference < 0 ? a : b;
    }

    private BleuScore compute(double[] counts, String signature) {
        double[] correct = Arrays.copyOfRange(counts, 2, 2 + maxOrder);
        double[] total = Arrays.copyOfRange(counts, 2 + maxOrder, 2 + 2 * maxOrder);
        double penalty = counts[0] >= counts[1] ? 1 : counts[0] == 0 ? 0 : Math.exp(1 - counts[1] / counts[0]);
        double[] precisions = new double[maxOrder];
        double score = 0;
        if (DoubleStream.of(correct).anyMatch(c -> c > 0)) {
            int orders = precisions(correct, total, precisions);
            double logs = DoubleStream.of(precisions).limit(orders).map(p -> p == 0 ? LOG_OF_ZERO : Math.log(p)).sum();
            score = penalty * Math.exp(logs / orders);
        }
        return new BleuScore(score, penalty, DoubleStream.of(precisions).boxed().toList(), whole(correct), whole(total),
            (long) counts[0], (long) counts[1], signature);
    }

    /// Fills `precisions`, in percent; returns the number of orders that the score is taken over.
    private int precisions(double[] correct, double[] total, double[] precisions) {
        double halving = 1;
        for (int n = 0; n < maxOrder; n++) {
            double added = n > 0 && smoothing instanceof Smoothing.AddK(double k) ? k : 0;
            double matches = correct[n] + added;
            double ngrams = total[n] + added;
            if (ngrams == 0) return effectiveOrder ? n : maxOrder;
            if (matches == 0 && smoothing instanceof Smoothing.Exp) matches = 1 / (halving *= 2);
            if (matches == 0 && smoothing instanceof Smoothing.Floor(double floor)) matches = floor;
            precisions[n] = 100 * matches / ngrams;
        }
        return maxOrder;
    }

    private static List<Long> whole(double[] counts) {
        return DoubleStream.of(counts).mapToObj(c -> (long) c).toList();
    }
}
