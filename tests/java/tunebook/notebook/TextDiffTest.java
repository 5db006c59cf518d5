package tunebook.notebook;

import static org.junit.jupiter.api.Assertions.*;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tunebook.notebook.TextDiff.Piece;

class TextDiffTest {
    @Test
    void wordsThatTheOtherTextLacksAreMarked() {
        assertEquals(List.of(new Piece("query: \"", true), new Piece("bar", false), new Piece("\"", true)), TextDiff.of("query: \"bar\"", "query: \"bakery\""));
        assertEquals(List.of(new Piece("same 말", true)), TextDiff.of("same 말", "same 말"));
        assertEquals(List.of(new Piece("all", false)), TextDiff.of("all", "other"));
    }

    @Test
    void thePiecesMakeTheWholeTextAndTheSameOnesStandInTheOtherInOrder() {
        String a = "show_map(query: \"bakery Rue\"), turn_on()";
        String b = "show_map(query: \"bakery Rue Mouffetard\"), turn_off(), turn_on()";
        assertEquals(a, TextDiff.of(a, b).stream().map(Piece::text).collect(Collectors.joining()));
        int at = 0;
        for (Piece piece : TextDiff.of(a, b)) {
            if (!piece.same()) continue;
            for (char c : piece.text().toCharArray()) {
                at = b.indexOf(c, at) + 1;
                assertTrue(at > 0, piece.text());
            }
        }
        assertTrue(TextDiff.of(a, b).stream().allMatch(Piece::same), "all of the shorter text stands in the longer one");
    }

    @Test
    void aVeryLongTextIsOnePiece() {
        String text = "word ".repeat(5_000);
        assertEquals(1, TextDiff.of(text, text + "more").size());
    }
}
