package tunebook.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tunebook.data.ChatData;
import tunebook.data.ToolCall;
import tunebook.data.ToolCallText;
import tunebook.eval.FunctionCallScore.Row;
import tunebook.tensor.TunebookException;

class FunctionCallScoreTest {
    private static final ToolCall MAP = call("show_map", "query", "bakery Rue Mouffetard");
    private static final ToolCall LIGHT = call("turn_on_flashlight");
    private static final ToolCall EVENT = call("create_calendar_event", "title", "점심", "datetime", "2026-01-17T12:00:00");

    private static final String CUT_OFF = "<start_function_call>call:show_map{query:<escape>bak";

    @Test
    void sameNamesInOrderAndEqualArgumentsMatch() {
        assertEquals(List.of(), errors(List.of(MAP, LIGHT), List.of(MAP, LIGHT)));
        assertEquals(List.of(), errors(List.of(), List.of()));
        assertEquals(List.of(), errors(List.of(call("f", "n", 1L, "l", List.of(1L, Map.of("k", 2.5)))),
            List.of(call("f", "l", List.of(1.0, Map.of("k", 2.50)), "n", 1.0))));
    }

    @Test
    void eachKindOfErrorIsNamed() {
        assertEquals(List.of("wrong count: 1 call, expected 2"), errors(List.of(MAP, LIGHT), List.of(MAP)));
        assertEquals(List.of("wrong count: 0 calls, expected 1"), errors(List.of(MAP), List.of()));
        assertEquals(List.of("wrong name of call 1: turn_on_flashlight, expected show_map",
            "wrong name of call 2: show_map, expected turn_on_flashlight"), errors(List.of(MAP, LIGHT), List.of(LIGHT, MAP)));
        assertEquals(List.of("missing argument query of show_map"), errors(List.of(MAP), List.of(call("show_map"))));
        assertEquals(List.of("unexpected argument on of turn_on_flashlight: true"), errors(List.of(LIGHT), List.of(call("turn_on_flashlight", "on", true))));
        assertEquals(List.of("wrong value of query: \"bakery\", expected \"bakery Rue Mouffetard\""),
            errors(List.of(MAP), List.of(call("show_map", "query", "bakery"))));
        assertEquals(List.of("wrong value of n: \"1\", expected 1"), errors(List.of(call("f", "n", 1L)), List.of(call("f", "n", "1"))));
        assertEquals(List.of("wrong value of l: [2, 1], expected [1, 2]"),
            errors(List.of(call("f", "l", List.of(1L, 2L))), List.of(call("f", "l", List.of(2L, 1L)))));
    }

    @Test
    void worstErrorsComeFirst() {
        assertEquals(List.of("missing argument title of create_calendar_event", "unexpected argument name of create_calendar_event: \"점심\"",
            "wrong value of datetime: \"2026-01-18\", expected \"2026-01-17T12:00:00\""),
            errors(List.of(EVENT), List.of(call("create_calendar_event", "name", "점심", "datetime", "2026-01-18"))));
        assertEquals(List.of("wrong name of call 2: show_map, expected turn_on_flashlight", "wrong value of query: \"x\", expected \"bakery Rue Mouffetard\""),
            errors(List.of(MAP, LIGHT), List.of(call("show_map", "query", "x"), MAP)));
    }

    @Test
    void textThatCannotBeReadIsMalformedEvenBesideRightCalls() {
        var score = FunctionCallScore.of(List.of(new Row("a", List.of(MAP), text(MAP) + CUT_OFF), new Row("b", List.of(MAP), text(MAP))));
        assertEquals(new Share(1, 2), score.total());
        assertEquals(List.of(MAP), score.results().getFirst().calls());
        String error = score.results().getFirst().errors().getFirst().describe();
        assertTrue(error.startsWith("malformed: cut off in a text in the call at character "), error);
        assertEquals(Map.of("malformed", 1), score.errors());
    }

    @Test
    void controlTokensAndWordsBesideTheCallsDoNotCount() {
        assertEquals(1, FunctionCallScore.of(List.of(new Row("a", List.of(MAP, LIGHT), "Sure. " + text(MAP, LIGHT) + "<start_function_response>"))).total().matched());
        assertEquals(0, FunctionCallScore.of(List.of(new Row("a", List.of(MAP), "I cannot do that.<end_of_turn>"))).total().matched());
        assertEquals(1, FunctionCallScore.of(List.of(new Row("a", List.of(), "I cannot do that.<end_of_turn>"))).total().matched());
    }

    @Test
    void kindsComeFromTheExpectedCalls() {
        assertEquals(ArgumentKind.NONE, ArgumentKind.of(List.of(LIGHT)));
        assertEquals(ArgumentKind.NONE, ArgumentKind.of(List.of()));
        assertEquals(ArgumentKind.COPIED_TEXT, ArgumentKind.of(List.of(LIGHT, MAP)));
        assertEquals(ArgumentKind.DATES, ArgumentKind.of(List.of(MAP, EVENT)));
        assertEquals(ArgumentKind.DATES, ArgumentKind.of(List.of(call("f", "a", List.of(Map.of("b", "2026-08-01"))))));
        assertEquals(ArgumentKind.DATES, ArgumentKind.of(List.of(call("f", "a", "2026-08-01T10:00:00+09:00"))));
        assertEquals(ArgumentKind.COPIED_TEXT, ArgumentKind.of(List.of(call("f", "a", "on 2026-08-01 at noon", "b", 7L))));
    }

    @Test
    void rightAnswersOfThePhoneActionsScoreFullMarksInEveryKind() {
        var rows = new ArrayList<Row>();
        for (var row : ChatData.readStrict(Path.of("data/phone-actions/eval.jsonl"))) {
            var conversation = (tunebook.data.Row.Conversation) row;
            List<ToolCall> calls = conversation.answer().orElseThrow().toolCalls();
            rows.add(new Row(conversation.prompt().getLast().content(), calls, ToolCallText.format(calls) + "<start_function_response>"));
        }
        var score = FunctionCallScore.of(rows);
        assertTrue(rows.size() >= 300 && score.total().matched() == rows.size(), score.toString());
        assertTrue(score.byKind().size() == 3 && score.byKind().values().stream().allMatch(share -> share.rows() >= 10), score.toString());
    }

    @Test
    void totalsAndKindsAreCounted() {
        FunctionCallScore score = before();
        assertEquals(new Share(1, 4), score.total());
        assertEquals(25.0, score.percent());
        assertEquals(Map.of(ArgumentKind.COPIED_TEXT, new Share(0, 2), ArgumentKind.DATES, new Share(0, 1), ArgumentKind.NONE, new Share(1, 1)), score.byKind());
        assertEquals("""
            function calls, exact match: 1 of 4 (25.0 %)
              copied text  0 of 2 (0.0 %)
              dates        0 of 1 (0.0 %)
              none         1 of 1 (100.0 %)
              wrong value  2 rows
              wrong count  1 row
            """, score.toString());
        var interval = score.interval(new Bootstrap());
        assertTrue(interval.lower() <= 25 && interval.score() == 25 && interval.upper() >= 25 && interval.upper() <= 100, interval.toString());
    }

    @Test
    void comparisonShowsScoresAndTheRowsThatChanged() {
        Comparison comparison = before().compareWith(after());
        assertEquals(25.0, comparison.difference());
        assertEquals(List.of(0, 3), comparison.better().stream().map(Comparison.Pair::row).toList());
        assertEquals(List.of(2), comparison.worse().stream().map(Comparison.Pair::row).toList());
        assertEquals(1.0, comparison.mcNemar().pValue());
        assertEquals(25.0, comparison.bootstrap(new Bootstrap()).difference().score());
        assertEquals("""
            function calls, exact match  before            after             difference
            all                          1 of 4 (25.0 %)   2 of 4 (50.0 %)   +25.0
            copied text                  0 of 2 (0.0 %)    2 of 2 (100.0 %)  +100.0
            dates                        0 of 1 (0.0 %)    0 of 1 (0.0 %)    0.0
            none                         1 of 1 (100.0 %)  0 of 1 (0.0 %)    -100.0

            better: 2 rows, worse: 1 row (McNemar p = 1.0000)
              row 0, better: 빵집 찾아줘
                before  show_map(query: "bakery")
                        (wrong value of query: "bakery", expected "bakery Rue Mouffetard")
                after   show_map(query: "bakery Rue Mouffetard")
              row 3, better: find it, light it
                before  show_map(query: "bakery Rue Mouffetard")
                        (wrong count: 1 call, expected 2)
                after   show_map(query: "bakery Rue Mouffetard"), turn_on_flashlight()
              row 2, worse: light
                expected  turn_on_flashlight()
                before    turn_on_flashlight()
                after     <start_function_call>call:show_map{query:<escape>bak
                          (malformed: cut off in a text in the call at character 0: <start_function_call>call:show_map{query:…
            """, comparison.toString());
    }

    @Test
    void callsBecomeTextWrittenOneWayAndUnreadableTextStaysAsItIs() {
        var rows = List.of(new Row("r", List.of(LIGHT), "Well: " + text(LIGHT) + "<start_function_response>"), new Row("r", List.of(MAP), CUT_OFF));
        List<Segment> segments = FunctionCallScore.of(rows).segments();
        assertEquals(List.of(Segment.of(text(LIGHT), text(LIGHT)), Segment.of(CUT_OFF, text(MAP))), segments);
        assertEquals(100, FunctionCallScore.of(rows).first(1).bleu().score(), 1e-9);
    }

    @Test
    void manyChangesAreCutAndCounted() {
        var wrong = FunctionCallScore.of(Collections.nCopies(7, new Row("r", List.of(LIGHT), "none")));
        var right = FunctionCallScore.of(Collections.nCopies(7, new Row("r", List.of(LIGHT), text(LIGHT))));
        String text = wrong.compareWith(right).toString();
        assertTrue(text.endsWith("  … and 2 rows more that got better\n"), text);
        assertEquals(5, text.split("  row ", -1).length - 1);
    }

    @Test
    void scoresOfOtherRowsAreNotCompared() {
        FunctionCallScore before = before();
        assertEquals("FunctionCallScore.compareWith: the scores are of different numbers of rows — 4 before, 2 after — score the same rows twice, "
            + "or compare the rows both have: before.first(n).compareWith(after.first(n))",
            assertThrows(TunebookException.class, () -> before.compareWith(after().first(2))).getMessage());
        assertEquals(2, before.first(2).compareWith(after().first(2)).pairs().size());
        var other = FunctionCallScore.of(List.of(new Row("x", List.of(LIGHT), "")));
        String message = assertThrows(TunebookException.class, () -> before.first(1).compareWith(other)).getMessage();
        assertTrue(message.startsWith("FunctionCallScore.compareWith: the scores are of different rows — row 0: [빵집 찾아줘, "), message);
        assertTrue(message.endsWith(" — score the same rows in the same order"), message);
    }

    private static FunctionCallScore before() {
        return score(text(call("show_map", "query", "bakery")), text(LIGHT), text(MAP));
    }

    private static FunctionCallScore after() {
        return score(text(MAP), CUT_OFF, text(MAP, LIGHT));
    }

    /// Four rows; the second is answered with the wrong day.
    private static FunctionCallScore score(String first, String third, String fourth) {
        String wrongDay = text(call("create_calendar_event", "title", "점심", "datetime", "2026-01-16T12:00:00"));
        return FunctionCallScore.of(List.of(new Row("빵집 찾아줘", List.of(MAP), first), new Row("lunch tomorrow", List.of(EVENT), wrongDay),
            new Row("light", List.of(LIGHT), third), new Row("find it, light it", List.of(MAP, LIGHT), fourth)));
    }

    private static String text(ToolCall... calls) {
        return ToolCallText.format(List.of(calls));
    }

    private static List<String> errors(List<ToolCall> expected, List<ToolCall> produced) {
        return CallError.between(expected, produced).stream().map(CallError::describe).toList();
    }

    private static ToolCall call(String name, Object... arguments) {
        var map = new HashMap<String, Object>();
        for (int i = 0; i < arguments.length; i += 2) map.put((String) arguments[i], arguments[i + 1]);
        return new ToolCall(name, map);
    }
}
