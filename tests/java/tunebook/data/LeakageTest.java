package tunebook.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tunebook.tensor.TunebookException;

class LeakageTest {
    private static ChatData asked(String... requests) {
        return ChatData.of(Stream.of(requests).map(r -> (Row) new Row.Text(r, "answer", "")).toList(), "requests");
    }

    @Test
    void caseAndPunctuationHideNothing() {
        var leak = Leakage.between(asked("Set an alarm for nine", "Where is the station?"), asked("where is the  STATION", "Play some music"));
        assertEquals(List.of(new Leakage.Found(0, 1, 1, "where is the  STATION", "Where is the station?")), leak.found());
        assertEquals(1, leak.clean(asked("where is the  STATION", "Play some music")).size());
    }

    /// abcdefgh and abcdefgx have abcde, bcdef, cdefg in common and one of their own each: 3 of 5.
    @Test
    void likenessIsJaccards() {
        var leak = Leakage.between(asked("abcdefgh"), asked("abcdefgx"), 0.6);
        assertEquals(0.6, leak.found().getFirst().likeness(), 1e-12);
        assertEquals(0, Leakage.between(asked("abcdefgh"), asked("abcdefgx"), 0.61).found().size());
    }

    @Test
    void aTemplateIsNoLikeness() {
        String[] words = {"river", "stone", "cloud", "bread", "chair", "mouse", "plant", "night", "paper", "glass"};
        var train = asked(Stream.of(words).map(w -> "### please translate this word into English: " + w).toArray(String[]::new));
        assertEquals(0, Leakage.between(train, asked("### please translate this word into English: house")).found().size());
        assertEquals(1, Leakage.between(train, asked("### please translate this word into English: bread")).found().size());
    }

    @Test
    void koreanDataDoesNotLeak() {
        var template = RowTemplate.text("{input}", "{target}");
        for (Path set : List.of(Path.of("data/korean-english"), Path.of("data/korean-socratic"))) {
            Leakage leak = Leakage.between(ChatData.read(set.resolve("train.jsonl"), template), ChatData.read(set.resolve("eval.jsonl"), template));
            assertTrue(leak.found().isEmpty(), set + ": " + leak);
        }
    }

    /// A request for the flashlight has nothing to vary but its wording; all others name people, places and texts that no training row has.
    @Test
    void phoneActionsRepeatsRequestsWithoutArgumentsOnly() {
        var test = ChatData.read(Path.of("data/phone-actions/eval.jsonl"));
        Leakage leak = Leakage.between(ChatData.read(Path.of("data/phone-actions/train.jsonl")), test);
        assertTrue(leak.found().size() < 0.12 * test.size(), leak.toString());
        for (Leakage.Found f : leak.found()) {
            var answer = ((Row.Conversation) test.row(f.testRow())).answer().orElseThrow();
            assertTrue(answer.toolCalls().stream().allMatch(c -> c.arguments().isEmpty()), f.toString());
        }
    }

    @Test
    void everyTestRowIsFoundAmongItself() {
        var rows = ChatData.read(Path.of("data/phone-actions/eval.jsonl"));
        assertEquals(IntStream.range(0, rows.size()).boxed().toList(), Leakage.between(rows, rows).found().stream().map(Leakage.Found::testRow).toList());
    }

    @Test
    void messagesSayWhatToDo() {
        var rows = asked("one", "two");
        assertTrue(assertThrows(TunebookException.class, () -> Leakage.between(rows, rows, 1.5)).getMessage()
            .startsWith("Leakage.between: no likeness — 1.5 — give"));
        var leak = Leakage.between(rows, rows);
        assertEquals("Leakage.clean: other rows than were compared — 1 rows, compared were 2 — give the rows that Leakage.between was given",
            assertThrows(TunebookException.class, () -> leak.clean(asked("one"))).getMessage());
    }
}
