package tunebook.notebook;

import static org.junit.jupiter.api.Assertions.*;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tunebook.data.Batch;
import tunebook.data.Example;
import tunebook.notebook.DecodedBatch.Piece;
import tunebook.tokenizer.Tokenizer;

class DecodedBatchTest {
    private final Tokenizer tokenizer = Tokenizer.load(Path.of("data/tiny-functiongemma"));

    private Example example(String prompt, String answer) {
        int[] tokens = tokenizer.encode("<bos><start_of_turn>user\n" + prompt + "<end_of_turn>\n<start_of_turn>model\n" + answer + "<end_of_turn>\n");
        int[] before = tokenizer.encode("<bos><start_of_turn>user\n" + prompt + "<end_of_turn>\n<start_of_turn>model\n");
        boolean[] learned = new boolean[tokens.length];
        for (int i = before.length; i < tokens.length; i++) learned[i] = true;
        return new Example(tokens, learned);
    }

    @Test
    void thePiecesMakeTheTextAndTheLearnedOnesTheAnswer() {
        DecodedBatch shown = DecodedBatch.of(example("Find a bakery.", "Yes: 빵집 🥐."), tokenizer);
        List<Piece> pieces = shown.documents().getFirst();
        assertEquals("Yes: 빵집 🥐.<end_of_turn>\n", pieces.stream().filter(Piece::learned).map(Piece::text).collect(Collectors.joining()));
        assertTrue(shown.text().contains("⟦Yes: 빵집 🥐.<end_of_turn>\n⟧"), shown.text());
    }

    @Test
    void controlTokensAreMarkedAndPromptTokensAreNotLearned() {
        List<Piece> pieces = DecodedBatch.of(example("Find <b>.", "No"), tokenizer).documents().getFirst();
        assertEquals(List.of("<bos>", "<start_of_turn>", "<end_of_turn>", "<start_of_turn>", "<end_of_turn>"),
            pieces.stream().filter(Piece::special).map(Piece::text).toList());
        assertFalse(pieces.getFirst().learned());
    }

    @Test
    void aPackedBatchComesApartIntoItsDocuments() {
        List<Example> examples = List.of(example("One", "1"), example("Two words", "2 3"));
        assertEquals(DecodedBatch.of(examples, tokenizer), DecodedBatch.of(Batch.of(examples, 256, 64), tokenizer));
    }

    @Test
    void eachTokenTellsItsId() {
        Example example = example("x", "y");
        String html = DecodedBatch.of(example, tokenizer).html();
        for (int id : example.tokens()) assertTrue(html.contains("title=\"" + id + "\""), "token " + id);
    }
}
