package tunebook.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tunebook.data.ChatData;
import tunebook.data.ExampleBuilder;
import tunebook.data.Row;
import tunebook.data.RowTemplate;
import tunebook.engine.Session;
import tunebook.gemma.Gemma3;
import tunebook.tensor.TunebookException;

class MeanLossTest {
    private static final ChatData ROWS = ChatData.read(Path.of("data/korean-english/eval.jsonl"), RowTemplate.text("{input}\n", "{target}"));

    /// Weighed by learned tokens, whatever batch a row is in.
    @Test
    void theLossOfAllRowsIsThatOfTheirPartsWeighedByTheirLearnedTokens() {
        try (Gemma3 model = Gemma3.load(Path.of("data/tiny-functiongemma"), Session.open("cpu"))) {
            ExampleBuilder builder = new ExampleBuilder(model.tokenizer(), model.template());
            double nats = 0;
            long learned = 0;
            for (ChatData part : List.of(ROWS.select(20), ROWS.where(r -> ROWS.rows().indexOf(r) >= 20))) {
                long tokens = builder.examples(part).learnedTokens();
                nats += tokens * Evaluation.meanLoss(model, part);
                learned += tokens;
            }
            assertEquals(nats / learned, Evaluation.meanLoss(model, ROWS), 1e-3);
        }
    }

    @Test
    void anInterruptIsAnErrorAndStaysSet() {
        try (Gemma3 model = Gemma3.load(Path.of("data/tiny-functiongemma"), Session.open("cpu"))) {
            Thread.currentThread().interrupt();
            String said = assertThrows(TunebookException.class, () -> Evaluation.meanLoss(model, ROWS.select(2))).getMessage();
            assertTrue(said.contains("Evaluation.meanLoss: interrupted"), said);
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void rowsWithoutAnAnswerAreRefused() {
        try (Gemma3 model = Gemma3.load(Path.of("data/tiny-functiongemma"), Session.open("cpu"))) {
            ChatData none = ChatData.of(List.of(new Row.Text("a", "", "")), "here");
            assertTrue(assertThrows(TunebookException.class, () -> Evaluation.meanLoss(model, none)).getMessage().contains("no token would be learned"));
        }
    }
}
