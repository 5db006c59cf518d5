package tunebook.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;

/// Holds resampling against sacrebleu's and scipy's (`make_significance.py`).
class SignificanceTest {
    private static final JsonNode GOLDEN = Golden.read("significance.json");
    private static final Map<String, CorpusMetric> METRICS = Map.of("bleu", new Bleu(), "chrf", new Chrf());
    private static final List<Segment> BEFORE = Segment.pairs(Golden.texts(GOLDEN.get("before")), Golden.texts(GOLDEN.get("references")));
    private static final List<Segment> AFTER = Segment.pairs(Golden.texts(GOLDEN.get("after")), Golden.texts(GOLDEN.get("references")));

    @Test
    void pairedBootstrapOverTheSameDrawsEqualsSacrebleus() {
        METRICS.forEach((name, metric) -> {
            JsonNode expected = GOLDEN.get("exact").get(name);
            var paired = new Bootstrap().samples(200).paired(rows(metric, BEFORE), rows(metric, AFTER), metric::score, draws());
            assertEquals(expected.get("before").asDouble(), paired.before().score(), 1e-9);
            assertEquals(expected.get("after").asDouble(), paired.after().score(), 1e-9);
            assertEquals(expected.get("mean_after").asDouble(), paired.after().mean(), 1e-9);
            assertEquals(expected.get("lower_after").asDouble(), paired.after().lower(), 1e-9);
            assertEquals(expected.get("upper_after").asDouble(), paired.after().upper(), 1e-9);
            assertEquals(expected.get("p").asDouble(), paired.pValue(), 1e-12);
        });
    }

    /// Other draws, so: means within 0.5 points, half widths within 0.8, p within 0.05; both sides draw 1,000 times or more.
    @Test
    void pairedBootstrapWithDrawsOfItsOwnIsNearSacrebleus() {
        METRICS.forEach((name, metric) -> {
            JsonNode expected = GOLDEN.get("sacrebleu").get(name);
            var paired = new Bootstrap().samples(4000).paired(metric, BEFORE, AFTER);
            assertEquals(expected.get("mean_before").asDouble(), paired.before().mean(), 0.5);
            assertEquals(expected.get("mean_after").asDouble(), paired.after().mean(), 0.5);
            assertEquals(expected.get("ci_before").asDouble(), (paired.before().upper() - paired.before().lower()) / 2, 0.8);
            assertEquals(expected.get("ci_after").asDouble(), (paired.after().upper() - paired.after().lower()) / 2, 0.8);
            assertEquals(expected.get("p").asDouble(), paired.pValue(), 0.05);
        });
    }

    /// The mean of 120 zeros and ones moves in steps of 1/120: one step off is right.
    @Test
    void intervalOfAMeanIsScipysPercentileInterval() {
        JsonNode scipy = GOLDEN.get("scipy");
        var interval = new Bootstrap().samples(20000).mean(Golden.numbers(scipy.get("rows")));
        assertEquals(scipy.get("lower").asDouble(), interval.lower(), 1.01 / 120);
        assertEquals(scipy.get("upper").asDouble(), interval.upper(), 1.01 / 120);
    }

    @Test
    void mcNemarEqualsScipysBinomialTest() {
        for (JsonNode c : GOLDEN.get("mcnemar")) {
            double p = c.get(2).asDouble();
            assertEquals(p, new McNemar(c.get(0).asInt(), c.get(1).asInt()).pValue(), 1e-9 * p, c.toString());
        }
    }

    @Test
    void theSameSeedDrawsTheSameRows() {
        double[] rows = IntStream.range(0, 50).mapToDouble(i -> i % 7).toArray();
        var bootstrap = new Bootstrap().samples(100);
        assertEquals(bootstrap.mean(rows), bootstrap.mean(rows));
        assertNotEquals(bootstrap.mean(rows), bootstrap.seed(Seed.of(2)).mean(rows));
    }

    @Test
    void equalSystemsAreNotCalledDifferent() {
        assertEquals(1, new Bootstrap().paired(new Bleu(), BEFORE, BEFORE).pValue());
        assertEquals(1, new McNemar(0, 0).pValue());
    }

    @Test
    void aWiderConfidenceGivesAWiderInterval() {
        double[] rows = IntStream.range(0, 100).mapToDouble(i -> i % 3 == 0 ? 0 : 100).toArray();
        var narrow = new Bootstrap().confidence(0.5).mean(rows);
        var wide = new Bootstrap().confidence(0.99).mean(rows);
        assertTrue(wide.lower() < narrow.lower() && narrow.lower() < narrow.score() && narrow.upper() < wide.upper());
        assertEquals("66.00 (99 %: " + Decimal.of(wide.lower(), 2) + " to " + Decimal.of(wide.upper(), 2) + ")", wide.toString());
    }

    @Test
    void unequalRowsAndNoRowsAreErrors() {
        assertEquals("Bootstrap: different numbers of rows — 2 rows before, 1 after — give the scores of the same rows, one or more",
            assertThrows(TunebookException.class, () -> new Bootstrap().pairedMeans(new double[] {1, 0}, new double[] {1})).getMessage());
        assertEquals("Bootstrap: nothing to draw from — 0 rows — give the scores of the same rows, one or more",
            assertThrows(TunebookException.class, () -> new Bootstrap().mean()).getMessage());
        assertEquals("Bootstrap: no interval can be taken — samples 0, confidence 0.95 — give 1 sample or more (1000 is usual) and a "
            + "confidence between 0 and 1", assertThrows(TunebookException.class, () -> new Bootstrap().samples(0)).getMessage());
    }

    private static double[][] rows(CorpusMetric metric, List<Segment> segments) {
        return segments.stream().map(metric::statistics).toArray(double[][]::new);
    }

    private static IntSupplier draws() {
        var flat = IntStream.range(0, 200).flatMap(i -> Arrays.stream(Golden.numbers(GOLDEN.get("indices").get(i))).mapToInt(d -> (int) d));
        return flat.iterator()::nextInt;
    }
}
