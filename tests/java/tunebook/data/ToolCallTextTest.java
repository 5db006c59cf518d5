package tunebook.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tunebook.tensor.TunebookException;

class ToolCallTextTest {
    private static final String SHOW_MAP = "<start_function_call>call:show_map{query:<escape>bakery Rue Mouffetard<escape>}<end_function_call>";

    @Test
    void writesAllKindsOfValuesWithSortedKeys() {
        var arguments = new LinkedHashMap<String, Object>();
        arguments.put("text", "a, b: {c} [d] \"e\" <f> \n");
        arguments.put("n", 3L);
        arguments.put("Flag", true);
        arguments.put("list", List.of("x", 1L, false, List.of()));
        arguments.put("object", Map.of("b", 2.5, "a", Map.of()));
        assertEquals("<start_function_call>call:f{Flag:true,list:[<escape>x<escape>,1,false,[]],n:3,object:{a:{},b:2.5},"
            + "text:<escape>a, b: {c} [d] \"e\" <f> \n<escape>}<end_function_call>", ToolCallText.format(List.of(new ToolCall("f", arguments))));
    }

    @Test
    void readsSeveralCallsAndLeavesTheMarkersOut() {
        var parsed = ToolCallText.parse(SHOW_MAP + "<start_function_call>call:turn_on{}<end_function_call><start_function_response>");
        assertEquals(List.of(new ToolCall("show_map", Map.of("query", "bakery Rue Mouffetard")), new ToolCall("turn_on", Map.of())), parsed.calls());
        assertEquals(List.of(), parsed.problems());
        assertEquals("", parsed.text());
    }

    @Test
    void wordsAreAnAnswerAndNoProblem() {
        var parsed = ToolCallText.parse("I cannot do that.<end_of_turn>\n");
        assertEquals(new ToolCallText.Parsed(List.of(), List.of(), "I cannot do that."), parsed);
    }

    @Test
    void everyCutOfACallIsReportedAndNothingThrown() {
        String two = SHOW_MAP + "<start_function_call>call:create{n:12,ok:true,list:[1,2.5],o:{k:<escape>v<escape>}}<end_function_call>";
        for (int cut = 1; cut < two.length(); cut++) {
            var parsed = ToolCallText.parse(two.substring(0, cut));
            boolean whole = cut >= SHOW_MAP.length();
            assertEquals(whole ? 1 : 0, parsed.calls().size(), two.substring(0, cut));
            boolean insideAMarker = cut < "<start_function_call>".length() || whole && cut < SHOW_MAP.length() + "<start_function_call>".length();
            if (!insideAMarker) assertEquals(1, parsed.problems().size(), two.substring(0, cut));
        }
    }

    @Test
    void malformedCallsAreNamedAndTheNextOneIsStillRead() {
        Map<String, String> wrong = new LinkedHashMap<>();
        wrong.put("call:f{a:word}", "\"word\" is text without <escape>");
        wrong.put("call:f{a:1,a:2}", "the key \"a\" stands twice");
        wrong.put("call:f{a:}", "no value at \"}<end_function_c");
        wrong.put("call:f{a}", "no \"key:\" at \"a}<end_function_c");
        wrong.put("call:f{a:1 b:2}", "\"1 b:2\" is text without <escape>");
        wrong.put("call:f{a:[1}", "no ] at \"}<end_function_c");
        wrong.put("call:f{a:1}}", "no <end_function_call> at \"}<end_function_c");
        wrong.put("call:f", "no arguments in braces");
        wrong.put("call:f g{}", "\"f g\" is no function name");
        wrong.put("f{}", "no call: at \"f{}<end_function_cal");
        wrong.put("call:f{a:9999999999999999999}", "9999999999999999999 does not fit 64 bits");
        wrong.put("call:f{a:1e999}", "1e999 is too large");
        wrong.put("call:f{a:<escape>x<escape>y}", "no } at \"y}<end_function_c");
        wrong.forEach((call, reason) -> {
            var parsed = ToolCallText.parse("<start_function_call>" + call + "<end_function_call>" + SHOW_MAP);
            assertEquals(1, parsed.problems().size(), call + " " + parsed.problems());
            assertTrue(parsed.problems().getFirst().startsWith(reason), call + ": " + parsed.problems());
            assertTrue(parsed.problems().getFirst().contains(" in the call at character 0: <start_function_call>"), parsed.problems().toString());
            assertEquals(1, parsed.calls().size(), call);
        });
    }

    @Test
    void callsWithoutTheirMarkersAreProblems() {
        assertEquals(List.of("a call without <start_function_call> at character 0: call:f{a:1}"), ToolCallText.parse("call:f{a:1}").problems());
        assertEquals(List.of("a call ends that never began, at character 11"), ToolCallText.parse("call:f{a:1}<end_function_call>").problems());
        var nested = ToolCallText.parse("<start_function_call>call:f{a:1" + SHOW_MAP);
        assertEquals(1, nested.problems().size());
        assertEquals("show_map", nested.calls().getFirst().name());
    }

    @Test
    void deepNestingIsAProblemNotAStackOverflow() {
        assertEquals(1, ToolCallText.parse("<start_function_call>call:f{a:" + "[".repeat(100_000)).problems().size());
    }

    @Test
    void aTextWithTheEscapeTokenCannotBeWritten() {
        String message = assertThrows(TunebookException.class, () -> ToolCallText.format(List.of(new ToolCall("f", Map.of("a", "x<escape>y"))))).getMessage();
        assertEquals("ToolCallText: a text holds <escape>, which ends texts in this format — \"x<escape>y\" — take it out of the text", message);
    }

    @Test
    void numbersAreWrittenAsPythonDoes() {
        Object[][] cases = {{1.0, "1.0"}, {2.5, "2.5"}, {1e16, "1e+16"}, {1e15, "1000000000000000.0"}, {1e-5, "1e-05"}, {1e-4, "0.0001"}, {-0.0, "-0.0"},
            {1.5e300, "1.5e+300"}, {1.0 / 3, "0.3333333333333333"}, {123456789.125, "123456789.125"}, {5e-324, "5e-324"}, {Long.MIN_VALUE, "-9223372036854775808"}};
        for (Object[] c : cases) assertEquals(c[1], ToolCallText.value(c[0]));
    }

    @Test
    void whatIsWrittenIsReadBack() {
        var random = new Random(3);
        for (int n = 0; n < 2000; n++) {
            List<ToolCall> calls = new ArrayList<>();
            for (int i = random.nextInt(4); i >= 0; i--) calls.add(new ToolCall("fn_" + random.nextInt(9), object(random, 3)));
            var parsed = ToolCallText.parse(ToolCallText.format(calls) + "<start_function_response>");
            assertEquals(calls, parsed.calls());
            assertEquals(List.of(), parsed.problems());
        }
        assertFalse(ToolCallText.parse(SHOW_MAP).calls().equals(ToolCallText.parse(SHOW_MAP.replace("Rue", "rue")).calls()));
    }

    private static Map<String, Object> object(Random random, int depth) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = random.nextInt(5); i > 0; i--) map.put("key " + text(random).replaceAll("[:,{}\\[\\]<>]", "_"), value(random, depth));
        return map;
    }

    private static Object value(Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 6 : 4)) {
            case 0 -> text(random);
            case 1 -> random.nextLong();
            case 2 -> Double.longBitsToDouble(random.nextLong() & 0xBFFF_FFFF_FFFF_FFFFL);
            case 3 -> random.nextBoolean();
            case 4 -> object(random, depth - 1);
            default -> List.of(value(random, depth - 1), value(random, depth - 1));
        };
    }

    private static String text(Random random) {
        String[] bits = {"a", "Б", "한", "🙂", " ", "\n", "{", "}", "[", "]", ",", ":", "<", ">", "<end_of_turn>", "<end_function_call", "\"", "\\", "true", "1", "call:f{"};
        var text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) text.append(bits[random.nextInt(bits.length)]);
        return text.toString();
    }
}
