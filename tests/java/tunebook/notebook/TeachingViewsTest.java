package tunebook.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;
import tunebook.tokenizer.Tokenizer;

/// Claims, arrays, attention, token probabilities and lines.
class TeachingViewsTest {
    private static void fails(Runnable cell, String... parts) {
        String said = assertThrows(TunebookException.class, cell::run).getMessage();
        for (String part : parts) assertTrue(said.contains(part), said);
    }

    @Test
    void aClaimThatHoldsSaysHowWellItDoes() {
        assertEquals("✓ one is one", Claim.that("one is one", true).text());
        assertEquals("✓ equal (largest difference of 2 numbers: 0.5000)",
            Claim.near("equal", HostArray.of(new float[] {1, 2}), HostArray.of(new float[] {1.5f, 2}), .5).text());
        assertEquals("✓ equal (1.000 and 1.200)", Claim.near("equal", 1, 1.2, .3).text());
    }

    @Test
    void aClaimThatDoesNotHoldIsAnErrorWithTheNumbers() {
        HostArray one = HostArray.of(new float[] {1, 2, 3});
        fails(() -> Claim.that("two is one", false), "Claim", "\"two is one\" does not hold");
        fails(() -> Claim.near("equal", one, HostArray.of(new float[] {1, 2, 4}), .5), "number 2 of [3]: 3.0 and 4.0, more than 0.5 apart");
        fails(() -> Claim.near("equal", one, HostArray.of(new float[3], 1, 3), .5), "the shapes are [3] and [1, 3]");
        fails(() -> Claim.near("equal", one, HostArray.of(new float[] {1, 2, Float.NaN}), .5), "number 2: 3.0 and NaN");
        fails(() -> Claim.near("equal", 1, 2, .5), "1.0 and 2.0");
        fails(() -> Claim.near("equal", Double.NaN, 2, .5), "NaN");
    }

    @Test
    void anArrayShowsItsFirstNumbersAndSaysWhatIsLeftOut() {
        assertEquals("F32[2, 2]\n     1 -2.500\n     0      3", ArrayView.of(HostArray.of(new float[] {1, -2.5f, -0f, 3}, 2, 2)).text());
        String large = ArrayView.of(HostArray.zeros(DType.BF16, Shape.of(3, 4, 20))).text();
        assertTrue(large.startsWith("BF16[3, 4, 20]\n0 0 0") && large.endsWith("… of 12 rows, 20 numbers in a row"), large);
        assertEquals(ArrayView.ROWS + 2, large.lines().count());
        assertEquals("F32[]\n7", ArrayView.of(HostArray.scalar(7f)).text());
        assertEquals("F32[0]", ArrayView.of(HostArray.zeros(DType.F32, Shape.of(0))).text());
    }

    @Test
    void attentionSaysWhereEachTokenLooksMost() {
        AttentionView view = AttentionView.of(HostArray.of(new float[] {1, 0, 0, .2f, .8f, 0, .5f, .1f, .4f}, 3, 3), List.of("<bos>", " a", "b"));
        assertEquals(List.of("<bos> → <bos> 1.00", "a → a 0.80", "b → <bos> 0.50"), view.text().lines().toList());
        assertEquals(6, view.html().split("<rect").length - 1);
    }

    @Test
    void attentionShowsEachHeadAndTheFirstTokensOnly() {
        int t = AttentionView.TOKENS + 5;
        AttentionView view = AttentionView.of(HostArray.zeros(DType.F32, Shape.of(2, t, t)), Collections.nCopies(t, "x"));
        assertEquals(2, view.html().split("<svg").length - 1);
        assertEquals(AttentionView.TOKENS, view.tokens().size());
        fails(() -> AttentionView.of(HostArray.zeros(DType.F32, Shape.of(3, 4)), List.of("a", "b", "c", "d")), "not the weights of these tokens", "[3, 4]", "4 tokens");
        fails(() -> AttentionView.of(HostArray.zeros(DType.F32, Shape.of(3, 3)), List.of("a")), "1 tokens");
    }

    @Test
    void theLikeliestTokensOfTheLastRowComeFirst() {
        Tokenizer tokenizer = Tokenizer.load(Path.of("data/tiny-functiongemma"));
        float[] logits = new float[2 * 4096];
        Arrays.fill(logits, -100);
        logits[5] = 50; // in the first row
        logits[4096 + 2] = (float) Math.log(3);
        logits[4096 + 7] = 0;
        TokenProbabilities shown = TokenProbabilities.of(HostArray.of(logits, 2, 4096), tokenizer, 2);
        assertEquals(List.of(2, 7), shown.tokens().stream().map(TokenProbabilities.Choice::id).toList());
        assertEquals(.75, shown.tokens().getFirst().probability(), 1e-6);
        assertTrue(shown.text().contains("75.0 %  <bos> (2)"), shown.text());
        fails(() -> TokenProbabilities.of(HostArray.scalar(1f), tokenizer, 2), "nothing to show");
    }

    @Test
    void aPlotHasALineForEachSeries() {
        LinePlot plot = LinePlot.of("loss").line("by hand", 3, 2, 1).line("library", 3, 1);
        assertEquals(2, plot.html().split("<polyline").length - 1);
        assertEquals("loss\n  by hand: 3.000 … 1.000 (3 values)\n  library: 3.000 … 1.000 (2 values)", plot.text());
        assertFalse(LinePlot.of("empty").html().isEmpty());
    }
}
