package tunebook.eval;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.DoubleStream;
import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;

/// How far a score could be off by the choice of its rows: rows are drawn again with replacement, many times, and the
/// score is taken of every draw (Koehn, EMNLP 2004). The intervals and the p-value are computed as sacrebleu does.
///
/// @param samples    how many draws
/// @param confidence share of draws inside the interval, say 0.95
/// @param seed       the same seed draws the same rows
public record Bootstrap(int samples, double confidence, Seed seed) {
    public Bootstrap {
        if (samples < 1 || !(confidence > 0 && confidence < 1))
            throw TunebookException.of("Bootstrap", "no interval can be taken", "samples " + samples + ", confidence " + confidence,
                "give 1 sample or more (1000 is usual) and a confidence between 0 and 1");
    }

    /// 1000 draws, 95 %.
    public Bootstrap() {
        this(1000, 0.95, Seed.of(12345));
    }

    public Bootstrap samples(int samples) {
        return new Bootstrap(samples, confidence, seed);
    }

    public Bootstrap confidence(double confidence) {
        return new Bootstrap(samples, confidence, seed);
    }

    public Bootstrap seed(Seed seed) {
        return new Bootstrap(samples, confidence, seed);
    }

    /// A score and where it would lie with other rows of the same kind.
    ///
    /// @param score of the rows as they are
    /// @param mean  of the draws' scores
    /// @param lower edge below which half the remaining draws lie
    /// @param upper edge above which the other half lies
    public record Interval(double score, double mean, double lower, double upper, double confidence) {
        @Override
        public String toString() {
            return Decimal.of(score, 2) + " (" + Decimal.of(100 * confidence, 0) + " %: " + Decimal.of(lower, 2) + " to "
                + Decimal.of(upper, 2) + ")";
        }
    }

    /// Two systems scored on the same rows; every draw takes the same rows of both.
    ///
    /// @param difference after minus before
    /// @param pValue     how often a difference this large would come by the choice of rows alone, two-sided;
    ///                   1 if no draw tells the systems apart
    public record Paired(Interval before, Interval after, Interval difference, double pValue) {
        @Override
        public String toString() {
            return "before " + before + ", after " + after + ", difference " + difference + ", p = " + Decimal.of(pValue, 4);
        }
    }

    /// The interval of a corpus score. Throws if there is no segment.
    public Interval interval(CorpusMetric metric, List<Segment> segments) {
        double[][] rows = statistics(metric, segments);
        return interval(rows, metric::score, draws(rows.length));
    }

    /// The interval of the mean of one number for each row.
    public Interval mean(double... rows) {
        return interval(asCounts(rows), Bootstrap::meanOf, draws(rows.length));
    }

    /// Compares two systems' texts for the same rows, in the same order.
    public Paired paired(CorpusMetric metric, List<Segment> before, List<Segment> after) {
        return paired(statistics(metric, before), statistics(metric, after), metric::score, draws(before.size()));
    }

    /// Compares the means of one number for each row (1 for a match, 0 for none), in the same order.
    public Paired pairedMeans(double[] before, double[] after) {
        return paired(asCounts(before), asCounts(after), Bootstrap::meanOf, draws(before.length));
    }

    Interval interval(double[][] rows, ToDoubleFunction<double[]> score, IntSupplier draws) {
        check(rows.length, rows.length);
        double[] scores = new double[samples];
        for (int s = 0; s < samples; s++) {
            double[] sum = new double[rows[0].length];
            for (int i = 0; i < rows.length; i++) add(sum, rows[draws.getAsInt()]);
            scores[s] = score.applyAsDouble(sum);
        }
        return interval(score.applyAsDouble(sum(rows)), scores);
    }

    Paired paired(double[][] before, double[][] after, ToDoubleFunction<double[]> score, IntSupplier draws) {
        check(before.length, after.length);
        double[] scoresBefore = new double[samples];
        double[] scoresAfter = new double[samples];
        double[] differences = new double[samples];
        for (int s = 0; s < samples; s++) {
            double[] sumBefore = new double[before[0].length];
            double[] sumAfter = new double[after[0].length];
            for (int i = 0; i < before.length; i++) {
                int row = draws.getAsInt();
                add(sumBefore, before[row]);
                add(sumAfter, after[row]);
            }
            scoresBefore[s] = score.applyAsDouble(sumBefore);
            scoresAfter[s] = score.applyAsDouble(sumAfter);
            differences[s] = scoresAfter[s] - scoresBefore[s];
        }
        double first = score.applyAsDouble(sum(before));
        double second = score.applyAsDouble(sum(after));
        return new Paired(interval(first, scoresBefore), interval(second, scoresAfter), interval(second - first, differences),
            pValue(second - first, differences));
    }

    private Interval interval(double score, double[] scores) {
        double[] sorted = scores.clone();
        Arrays.sort(sorted);
        int cut = (int) Math.floor(samples * (1 - confidence) / 2 + 1e-9);  // 1 - 0.9 is a little under 0.1
        return new Interval(score, DoubleStream.of(scores).average().orElseThrow(), sorted[cut], sorted[samples - 1 - cut], confidence);
    }

    /// sacrebleu's test, with its correction by one. Where no draw differs at all it would call two equal systems
    /// different (p = 1/(samples+1)); here that is 1.
    private double pValue(double difference, double[] differences) {
        double[] sizes = DoubleStream.of(differences).map(Math::abs).toArray();
        if (DoubleStream.of(sizes).allMatch(d -> d == 0)) return 1;
        double mean = DoubleStream.of(sizes).average().orElseThrow();
        long further = DoubleStream.of(sizes).filter(d -> d - mean > Math.abs(difference)).count();
        return (further + 1.0) / (samples + 1);
    }

    private IntSupplier draws(int rows) {
        RandomGenerator random = seed.random();
        return () -> random.nextInt(rows);
    }

    private static double[][] statistics(CorpusMetric metric, List<Segment> segments) {
        return segments.stream().map(metric::statistics).toArray(double[][]::new);
    }

    private static double[][] asCounts(double[] rows) {
        return DoubleStream.of(rows).mapToObj(r -> new double[] {r, 1}).toArray(double[][]::new);
    }

    private static double meanOf(double[] counts) {
        return counts[0] / counts[1];
    }

    private static double[] sum(double[][] rows) {
        double[] sum = new double[rows[0].length];
        for (double[] row : rows) add(sum, row);
        return sum;
    }

    private static void add(double[] sum, double[] row) {
        for (int i = 0; i < sum.length; i++) sum[i] += row[i];
    }

    private static void check(int before, int after) {
        if (before == 0 || before != after)
            throw TunebookException.of("Bootstrap", before == after ? "nothing to draw from" : "different numbers of rows",
                before == after ? "0 rows" : before + " rows before, " + after + " after", "give the scores of the same rows, one or more");
    }
}
