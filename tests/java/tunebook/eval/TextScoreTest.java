package tunebook.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import tunebook.data.ChatData;
import tunebook.data.ExampleBuilder;
import tunebook.data.Row;
import tunebook.data.RowTemplate;
import tunebook.data.StopTokens;
import tunebook.engine.Session;
import tunebook.gemma.Gemma3;
import tunebook.generate.Generator;
import tunebook.generate.Sampling;
import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;

class TextScoreTest {
    private static final TextScore BEFORE = new TextScore(List.of(new TextScore.Row("안녕", "hello there", "good bye"), new TextScore.Row("물", "water", "water")));
    private static final TextScore AFTER = new TextScore(List.of(new TextScore.Row("안녕", "hello there", "hello there"), new TextScore.Row("물", "water", "water")));

    @Test
    void theScoresAreThoseOfTheMetricsOverTheSameSegments() {
        assertEquals(new Bleu().corpus(BEFORE.segments()), BEFORE.bleu());
        assertEquals(new Chrf().corpus(BEFORE.segments()), BEFORE.chrf());
        assertEquals(new Share(1, 2), BEFORE.exact());
        assertEquals(List.of(Segment.of("good bye", "hello there"), Segment.of("water", "water")), BEFORE.segments());
        assertEquals(List.of("BLEU", "chrF", "exact match"), List.copyOf(BEFORE.metrics().keySet()));
    }

    @Test
    void aComparisonHasBothScoresTheirDifferenceAndTheTexts() {
        TextComparison both = BEFORE.compareWith(AFTER);
        Bootstrap.Paired chrf = both.paired().get("chrF");
        assertEquals(AFTER.chrf().score() - BEFORE.chrf().score(), chrf.difference().score(), 1e-9);
        assertEquals(50, both.paired().get("exact match").difference().score(), 1e-9);
        for (String part : List.of("good bye", "hello there", "안녕", "difference")) assertTrue(both.toString().contains(part), both.toString());
    }

    @Test
    void differentRowsAreNotCompared() {
        String said = assertThrows(TunebookException.class, () -> BEFORE.compareWith(AFTER.first(1))).getMessage();
        assertTrue(said.contains("TextScore.compareWith") && said.contains("2 before, 1 after"), said);
        assertThrows(TunebookException.class, () -> BEFORE.compareWith(new TextScore(List.of(AFTER.rows().get(1), AFTER.rows().get(0)))));
        assertTrue(assertThrows(TunebookException.class, () -> new TextScore(List.of())).getMessage().contains("no row to score"));
    }

    @Test
    void aModelsAnswersAreItsGreedyTextsWithoutControlTokens() {
        ChatData rows = ChatData.read(Path.of("data/korean-english/eval.jsonl"), RowTemplate.turn("input", "target")).select(3);
        try (Gemma3 model = Gemma3.load(Path.of("data/tiny-functiongemma"), Session.open("cpu")); Generator generator = new Generator(model, 3)) {
            TextScore score = TextScore.of(model, rows, Sampling.GREEDY, 8);
            ExampleBuilder builder = new ExampleBuilder(model.tokenizer(), model.template());
            var alone = generator.generate(rows.stream().map(builder::prompt).toList(), 8, StopTokens.of(model.tokenizer()));
            for (int i = 0; i < 3; i++) {
                assertEquals(model.tokenizer().decodeWithoutSpecial(alone.get(i).tokens()).strip(), score.rows().get(i).produced());
                assertEquals(((Row.Conversation) rows.row(i)).messages().getFirst().content(), score.rows().get(i).request());
            }
            assertEquals(TextScore.of(model, rows, Sampling.temperature(1, Seed.of(3)), 8), TextScore.of(model, rows, Sampling.temperature(1, Seed.of(3)), 8));
        }
    }

    @Test
    void aRowWithoutARightTextIsRefused() {
        ChatData rows = ChatData.of(List.of(new Row.Text("a", "", "")), "here");
        try (Gemma3 model = Gemma3.load(Path.of("data/tiny-functiongemma"), Session.open("cpu"))) {
            String said = assertThrows(TunebookException.class, () -> TextScore.of(model, rows)).getMessage();
            assertTrue(said.contains("a row has no text to compare with"), said);
        }
    }
}
