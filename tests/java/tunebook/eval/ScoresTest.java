package tunebook.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.text.Normalizer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import tunebook.tensor.TunebookException;

class ScoresTest {
    @Test
    void exactMatchStripsAndComposesButKeepsCase() {
        String composed = "한글 자모";
        String apart = Normalizer.normalize(composed, Normalizer.Form.NFD) + " \n";
        assertTrue(new ExactMatch().matches(Segment.of(apart, "other", composed)));
        assertFalse(new ExactMatch().composed(false).matches(Segment.of(apart, composed)));
        assertFalse(new ExactMatch().strip(false).matches(Segment.of(composed + "\n", composed)));
        assertFalse(new ExactMatch().matches(Segment.of("Yes", "yes")));
        assertTrue(new ExactMatch().lowercase(true).matches(Segment.of("Yes", "yes")));
        assertFalse(new ExactMatch().matches(Segment.of("a  b", "a b")));
    }

    @Test
    void exactMatchCountsAndCompares() {
        var references = List.of("a", "b", "c");
        var before = new ExactMatch().corpus(Segment.pairs(List.of("a", "x", "x"), references));
        var after = new ExactMatch().corpus(Segment.pairs(List.of("x", "b", "c"), references));
        assertEquals("exact match: 1 of 3 (33.3 %)", before.toString());
        Comparison comparison = before.compareWith(after);
        assertEquals(33.33, comparison.difference(), 0.01);
        assertEquals(2, comparison.better().size());
        assertEquals(0, comparison.worse().getFirst().row());
        assertEquals(before.total(), new Share(1, 3));
        assertEquals(100, new ExactMatch().score(new ExactMatch().total(Segment.pairs(references, references))));
    }

    @Test
    void perplexityIsTheExponentOfTheMeanLoss() {
        double ln2 = Math.log(2);
        var four = Perplexity.of(ln2, ln2, 3 * ln2, 3 * ln2);
        assertEquals(4, four.value(), 1e-12);
        assertEquals(2 * ln2, four.loss(), 1e-12);
        assertEquals(1, four.bitsPerByte(8), 1e-12);
        assertEquals(Perplexity.of(ln2, ln2, 3 * ln2, 3 * ln2, 0, 0).value(), four.plus(Perplexity.of(0, 0)).value(), 1e-12);
        assertEquals("perplexity = 4.00 (loss 1.3863, 4 tokens)", four.toString());
    }

    @Test
    void wrongInputIsAnErrorThatSaysWhatToDo() {
        assertMessage("Perplexity: no token was scored — 0 tokens — score a row that has learned tokens", Perplexity::of);
        assertMessage("Perplexity: not a negative log likelihood — -1.0 nats over 3 tokens — give finite sums of 0 or more",
            () -> new Perplexity(-1, 3));
        assertMessage("Perplexity.of: not a negative log likelihood — NaN at token 1 — look for a NaN in the model's loss",
            () -> Perplexity.of(1, Double.NaN));
        assertMessage("Perplexity.bitsPerByte: no text — 0 bytes — give the length of the scored text", () -> Perplexity.of(1).bitsPerByte(0));
        assertMessage("Segment: no reference — hypothesis \"a\" — give one right answer or more", () -> Segment.of("a"));
        assertMessage("Segment.pairs: lists differ in length — 1 hypotheses, 0 references — give one reference for each hypothesis",
            () -> Segment.pairs(List.of("a"), List.of()));
        assertMessage("Bleu: nothing to score — 0 segments — give one segment or more", () -> new Bleu().corpus(List.of()));
        assertMessage("Bleu: no n-grams to count — maxOrder 0 — give 1 or more; the usual one is 4", () -> new Bleu().maxOrder(0));
        assertMessage("Smoothing.floor: not a count — -0.1 — give a number of 0 or more", () -> Smoothing.floor(-0.1));
        assertMessage("Chrf: nothing to count — charOrder 0, wordOrder 0, beta 2 — give orders of 0 or more, one of them positive, "
            + "and beta of 1 or more; the usual ones are 6, 0 or 2, and 2", () -> new Chrf().charOrder(0));
    }

    @Test
    void chrfPlusPlusIsChrfWithWordsUpToTwo() {
        assertEquals(new Chrf().wordOrder(2).sentence("좋은 아침", "좋은 아침입니다"), Chrf.plusPlus().sentence("좋은 아침", "좋은 아침입니다"));
        assertEquals("chrF2++", Chrf.plusPlus().sentence("a", "a").name());
    }

    @Test
    void roundingIsPythons() {
        assertEquals("0.12", Decimal.of(0.125, 2));
        assertEquals("0.38", Decimal.of(0.375, 2));
        assertEquals("2.67", Decimal.of(2.675, 2));
        assertEquals("+1.0", Decimal.signed(1, 1));
        assertEquals("-1.0", Decimal.signed(-1, 1));
        assertEquals("0.0", Decimal.signed(0, 1));
        assertEquals("NaN", Decimal.of(Double.NaN, 1));
    }

    @Test
    void tablesLineUpWithKoreanAndEmoji() {
        assertEquals("가나  x\nabcd  y\n👍    z\n", new TextTable().row("가나", "x").row("abcd", "y").row("👍", "z").toString());
        assertEquals("가…", TextTable.shorten("가나다", 4));
        assertEquals("a ⏎ b", TextTable.shorten("a\n b\n", 9));
    }

    private static void assertMessage(String message, Executable call) {
        assertEquals(message, assertThrows(TunebookException.class, call).getMessage());
    }
}
