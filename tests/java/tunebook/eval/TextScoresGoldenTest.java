package tunebook.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Holds BLEU, chrF and the tokenizers against what sacrebleu says of the same texts (`make_text_scores.py`).
class TextScoresGoldenTest {
    private static final double TOLERANCE = 1e-9;
    private static final JsonNode GOLDEN = Golden.read("text_scores.json");
    private static final List<Segment> SEGMENTS = segments();

    @Test
    void corpusBleuEqualsSacrebleu() {
        int cases = 0;
        for (JsonNode c : GOLDEN.get("corpus_cases")) {
            if (!c.has("bleu")) continue;
            BleuScore score = bleu(c.get("bleu")).corpus(corpus(c));
            String name = c.get("corpus") + " " + c.get("bleu");
            assertEquals(c.get("score").asDouble(), score.score(), TOLERANCE, name);
            assertEquals(c.get("bp").asDouble(), score.brevityPenalty(), TOLERANCE, name);
            double[] precisions = score.precisions().stream().mapToDouble(p -> p).toArray();
            assertTrue(close(Golden.numbers(c.get("precisions")), precisions), name + Arrays.toString(precisions));
            assertEquals(c.get("hyp").asLong(), score.hypothesisLength(), name);
            assertEquals(c.get("ref").asLong(), score.referenceLength(), name);
            assertEquals(c.get("text").asText(), score.toString(), name);
            assertEquals(c.get("signature").asText() + "-tunebook", score.signature(), name);
            cases++;
        }
        assertTrue(cases >= 200, cases + " cases");
    }

    @Test
    void corpusChrfEqualsSacrebleu() {
        int cases = 0;
        for (JsonNode c : GOLDEN.get("corpus_cases")) {
            if (!c.has("chrf")) continue;
            ChrfScore score = chrf(c.get("chrf")).corpus(corpus(c));
            String name = c.get("corpus") + " " + c.get("chrf");
            assertEquals(c.get("score").asDouble(), score.score(), TOLERANCE, name);
            assertEquals(c.get("text").asText(), score.toString(), name);
            assertEquals(c.get("signature").asText() + "-tunebook", score.signature(), name);
            cases++;
        }
        assertTrue(cases >= 100, cases + " cases");
    }

    @Test
    void sentenceScoresEqualSacrebleu() {
        var metrics = new ArrayList<CorpusMetric>();
        GOLDEN.get("sentence_bleu").forEach(a -> metrics.add(bleu(a)));
        GOLDEN.get("sentence_chrf").forEach(a -> metrics.add(chrf(a)));
        for (int i = 0; i < SEGMENTS.size(); i++) {
            Segment segment = SEGMENTS.get(i);
            double[] expected = Golden.numbers(GOLDEN.get("sentence_scores").get(i));
            assertEquals(metrics.size(), expected.length);
            for (int m = 0; m < expected.length; m++)
                assertEquals(expected[m], metrics.get(m).score(metrics.get(m).statistics(segment)), TOLERANCE,
                    segment + " " + metrics.get(m));
        }
    }

    @Test
    void wordsEqualSacrebleus() {
        for (int i = 0; i < SEGMENTS.size(); i++) {
            String text = Whitespace.stripEnd(SEGMENTS.get(i).hypothesis());
            assertEquals(Golden.texts(GOLDEN.get("tokens").get("13a").get(i)), BleuTokenizer.V13A.words(text), text);
            assertEquals(Golden.texts(GOLDEN.get("tokens").get("intl").get(i)), BleuTokenizer.INTL.words(text), text);
            assertEquals(text.codePoints().filter(c -> !Character.isBmpCodePoint(c) || !Whitespace.is((char) c)).count(),
                BleuTokenizer.CHAR.words(text).size(), text);
        }
    }

    @Test
    void punctuationSymbolsAndNumbersAreThoseOfPythonsRegexForEveryCharacterTheJdkKnows() {
        for (String name : List.of("P", "S", "N")) {
            BitSet python = ranges(GOLDEN.get("classes").get(name).asText());
            Pattern java = Pattern.compile("\\p{" + name + "}");
            int known = 0;
            for (int code = 0; code <= Character.MAX_CODE_POINT; code++) {
                if (!Character.isDefined(code) || Character.getType(code) == Character.SURROGATE) continue;
                String shown = "\\p{" + name + "} U+" + Integer.toHexString(code);
                assertEquals(python.get(code), java.matcher(Character.toString(code)).matches(), shown);
                if (python.get(code)) known++;
            }
            assertTrue(known > 0.7 * python.cardinality(), "\\p{" + name + "}: " + known);
        }
    }

    @Test
    void internationalTokenizerPartsEveryPunctuationMarkAndSymbolFromLetters() {
        for (String name : List.of("P", "S", "N"))
            ranges(GOLDEN.get("classes").get(name).asText()).stream().filter(Character::isDefined).forEach(code -> {
                String mark = Character.toString(code);
                List<String> words = name.equals("N") ? List.of("a" + mark + "b") : List.of("a", mark, "b");
                assertEquals(words, BleuTokenizer.INTL.words("a" + mark + "b"), "U+" + Integer.toHexString(code));
                if (name.equals("P")) assertEquals(List.of("1", mark, "가"), BleuTokenizer.INTL.words("1" + mark + "가"));
                if (name.equals("P")) assertEquals(List.of("1" + mark + "2"), BleuTokenizer.INTL.words("1" + mark + "2"));
            });
    }

    @Test
    void whitespaceIsPythons() {
        BitSet python = ranges(GOLDEN.get("whitespace").asText());
        for (int c = 0; c <= Character.MAX_VALUE; c++) assertEquals(python.get(c), Whitespace.is((char) c), Integer.toHexString(c));
        assertTrue(python.length() <= Character.MAX_VALUE);
    }

    @Test
    void lowerCaseIsPythons() {
        for (int i = 0; i < SEGMENTS.size(); i++)
            assertEquals(GOLDEN.get("lowercase").get(i).asText(), SEGMENTS.get(i).hypothesis().toLowerCase(Locale.ROOT));
    }

    private static List<Segment> segments() {
        var segments = new ArrayList<Segment>();
        for (JsonNode s : GOLDEN.get("segments")) {
            List<String> texts = Golden.texts(s);
            segments.add(new Segment(texts.getFirst(), texts.subList(1, texts.size())));
        }
        return segments;
    }

    private static List<Segment> corpus(JsonNode testCase) {
        return Arrays.stream(Golden.numbers(GOLDEN.get("corpora").get(testCase.get("corpus").asText())))
            .mapToObj(i -> SEGMENTS.get((int) i)).toList();
    }

    private static Bleu bleu(JsonNode args) {
        boolean given = !args.get("smooth_value").isNull();
        double value = args.get("smooth_value").asDouble();
        Smoothing smoothing = switch (args.get("smooth_method").asText()) {
            case "none" -> Smoothing.none();
            case "floor" -> given ? Smoothing.floor(value) : Smoothing.floor();
            case "add-k" -> given ? Smoothing.addK(value) : Smoothing.addK();
            default -> Smoothing.exp();
        };
        var tokenizer = Arrays.stream(BleuTokenizer.values()).filter(t -> t.label().equals(args.get("tokenize").asText())).findFirst();
        return new Bleu().tokenizer(tokenizer.orElseThrow()).smoothing(smoothing).maxOrder(args.get("max_ngram_order").asInt())
            .effectiveOrder(args.get("effective_order").asBoolean()).lowercase(args.get("lowercase").asBoolean());
    }

    private static Chrf chrf(JsonNode args) {
        return new Chrf().wordOrder(args.get("word_order").asInt()).charOrder(args.get("char_order").asInt()).beta(args.get("beta").asInt())
            .lowercase(args.get("lowercase").asBoolean()).whitespace(args.get("whitespace").asBoolean())
            .epsSmoothing(args.get("eps_smoothing").asBoolean());
    }

    private static boolean close(double[] expected, double[] actual) {
        if (expected.length != actual.length) return false;
        for (int i = 0; i < expected.length; i++) if (!(Math.abs(expected[i] - actual[i]) <= TOLERANCE)) return false;
        return true;
    }

    private static BitSet ranges(String text) {
        var set = new BitSet();
        for (String range : text.split(" ")) {
            String[] ends = range.split("-");
            set.set(Integer.parseInt(ends[0], 16), Integer.parseInt(ends[1], 16) + 1);
        }
        return set;
    }
}
