package tunebook.eval;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tunebook.tensor.TunebookException;

/// chrF and chrF++: F-score of shared character n-grams, and word n-grams if asked for (Popović, WMT 2015 and 2017).
/// Kinder than BLEU to Korean, where one wrong particle spoils a whole word. Equal to sacrebleu 2.6.0 to 1e-9; same defaults.
///
/// @param charOrder  longest character n-grams, in code points
/// @param wordOrder  longest word n-grams: 0 is chrF, 2 is chrF++
/// @param beta       how many times as much recall weighs as precision
/// @param lowercase  compare in lower case
/// @param whitespace count whitespace as characters too
/// @param epsSmoothing mean of the orders' F-scores, with a tiny number for empty ones, as chrF++.py does it;
///                   else the F-score of mean precision and mean recall over the orders that exist
public record Chrf(int charOrder, int wordOrder, int beta, boolean lowercase, boolean whitespace, boolean epsSmoothing)
    implements CorpusMetric {
    private static final double EPS = 1e-16;
    private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    public Chrf {
        if (charOrder < 0 || wordOrder < 0 || charOrder + wordOrder == 0 || beta < 1)
            throw TunebookException.of("Chrf", "nothing to count", "charOrder " + charOrder + ", wordOrder " + wordOrder + ", beta " + beta,
                "give orders of 0 or more, one of them positive, and beta of 1 or more; the usual ones are 6, 0 or 2, and 2");
    }

    /// chrF with sacrebleu's defaults: characters up to 6, no words, beta 2.
    public Chrf() {
        this(6, 0, 2, false, false, false);
    }

    /// chrF++: chrF with words up to 2.
    public static Chrf plusPlus() {
        return new Chrf().wordOrder(2);
    }

    public Chrf charOrder(int charOrder) {
        return new Chrf(charOrder, wordOrder, beta, lowercase, whitespace, epsSmoothing);
    }

    public Chrf wordOrder(int wordOrder) {
        return new Chrf(charOrder, wordOrder, beta, lowercase, whitespace, epsSmoothing);
    }

    public Chrf beta(int beta) {
        return new Chrf(charOrder, wordOrder, beta, lowercase, whitespace, epsSmoothing);
    }

    public Chrf lowercase(boolean lowercase) {
        return new Chrf(charOrder, wordOrder, beta, lowercase, whitespace, epsSmoothing);
    }

    public Chrf whitespace(boolean whitespace) {
        return new Chrf(charOrder, wordOrder, beta, lowercase, whitespace, epsSmoothing);
    }

    public Chrf epsSmoothing(boolean epsSmoothing) {
        return new Chrf(charOrder, wordOrder, beta, lowercase, whitespace, epsSmoothing);
    }

    /// The score of a corpus: counts are summed over its segments, each with its best reference. Throws if it is empty.
    public ChrfScore corpus(List<Segment> segments) {
        return new ChrfScore(name(), score(total(segments)), signature(segments));
    }

    /// The same, with one reference for each hypothesis.
    public ChrfScore corpus(List<String> hypotheses, List<String> references) {
        return corpus(Segment.pairs(hypotheses, references));
    }

    /// The score of one text.
    public ChrfScore sentence(String hypothesis, String... references) {
        return corpus(List.of(Segment.of(hypothesis, references)));
    }

    /// For each order, characters first: n-grams of the hypothesis, of the best reference, and shared ones.
    @Override
    public double[] statistics(Segment segment) {
        List<Map<String, Integer>> hypothesis = count(segment.hypothesis());
        double[] best = {};
        double bestScore = -1;
        for (String reference : segment.references()) {
            double[] counts = match(hypothesis, count(reference));
            double score = score(counts);
            if (score > bestScore) {
                bestScore = score;
                best = counts;
            }
        }
        return best;
    }

    @Override
    public double score(double[] statistics) {
        return 100 * (epsSmoothing ? meanOfScores(statistics) : scoreOfMeans(statistics));
    }

    /// What was computed, in sacrebleu's words.
    public String signature(List<Segment> segments) {
        return SacreBleu.signature(segments, lowercase, "eff:" + (epsSmoothing ? "no" : "yes"), "nc:" + charOrder,
            "nw:" + wordOrder, "space:" + (whitespace ? "yes" : "no"));
    }

    private String name() {
        return "chrF" + beta + "+".repeat(wordOrder);
    }

    private double meanOfScores(double[] counts) {
        double sum = 0;
        for (int i = 0; i < counts.length; i += 3) {
            double precision = counts[i] > 0 ? counts[i + 2] / counts[i] : EPS;
            double recall = counts[i + 1] > 0 ? counts[i + 2] / counts[i + 1] : EPS;
            sum += precision + recall > 0 ? fScore(precision, recall) : EPS;
        }
        return sum / (charOrder + wordOrder);
    }

    private double scoreOfMeans(double[] counts) {
        double precision = 0;
        double recall = 0;
        int orders = 0;
        for (int i = 0; i < counts.length; i += 3) {
            if (counts[i] == 0 || counts[i + 1] == 0) continue;
            precision += counts[i + 2] / counts[i];
            recall += counts[i + 2] / counts[i + 1];
            orders++;
        }
        return orders == 0 ? 0 : fScore(precision / orders, recall / orders);
    }

    private double fScore(double precision, double recall) {
        double factor = (double) beta * beta;
        double denominator = factor * precision + recall;
        return denominator > 0 ? (1 + factor) * precision * recall / denominator : 0;
    }

    private static double[] match(List<Map<String, Integer>> hypothesis, List<Map<String, Integer>> reference) {
        double[] counts = new double[3 * hypothesis.size()];
        for (int i = 0; i < hypothesis.size(); i++) {
            Map<String, Integer> known = reference.get(i);
            for (var ngram : hypothesis.get(i).entrySet()) {
                if (!known.isEmpty()) counts[3 * i] += ngram.getValue();  // an order that the reference lacks costs nothing
                counts[3 * i + 2] += Math.min(ngram.getValue(), known.getOrDefault(ngram.getKey(), 0));
            }
            for (int n : known.values()) counts[3 * i + 1] += n;
        }
        return counts;
    }

    private List<Map<String, Integer>> count(String text) {
        String cased = lowercase ? text.toLowerCase(Locale.ROOT) : text;
        int[] codes = (whitespace ? cased : String.join("", Whitespace.split(cased))).codePoints().toArray();
        var orders = new ArrayList<Map<String, Integer>>();
        for (int n = 1; n <= charOrder; n++) {
            var counts = new HashMap<String, Integer>();
            for (int i = 0; i + n <= codes.length; i++) counts.merge(new String(codes, i, n), 1, Integer::sum);
            orders.add(counts);
        }
        List<String> words = wordOrder > 0 ? words(cased) : List.of();
        for (int n = 1; n <= wordOrder; n++) {
            var counts = new HashMap<String, Integer>();
            for (int i = 0; i + n <= words.size(); i++) counts.merge(String.join(" ", words.subList(i, i + n)), 1, Integer::sum);
            orders.add(counts);
        }
        return orders;
    }

    /// Words with one ASCII punctuation mark parted from the end or else from the beginning, as chrF++.py does it:
    /// `(hi)` gives `(hi` and `)`.
    private static List<String> words(String text) {
        var words = new ArrayList<String>();
        for (String word : Whitespace.split(text)) {
            int last = word.length() - 1;
            if (word.length() == 1) words.add(word);
            else if (PUNCTUATION.indexOf(word.charAt(last)) >= 0) words.addAll(List.of(word.substring(0, last), word.substring(last)));
            else if (PUNCTUATION.indexOf(word.charAt(0)) >= 0) words.addAll(List.of(word.substring(0, 1), word.substring(1)));
            else words.add(word);
        }
        return words;
    }
}
