package tunebook.data;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tunebook.jinja.PythonText;
import tunebook.tensor.TunebookException;

/// Function calls as FunctionGemma writes them:
/// `<start_function_call>call:NAME{key:<escape>text<escape>,n:3,list:[true]}<end_function_call>`, one after another.
///
/// Text stands between two `<escape>`; numbers, booleans, lists and objects are bare; keys are sorted by name.
public final class ToolCallText {
    /// The token before a call.
    public static final String START = "<start_function_call>";
    /// The token after a call.
    public static final String END = "<end_function_call>";
    static final String ESCAPE = "<escape>";

    /// How keys are sorted: by their lower-case letters, as Jinja's `dictsort` does.
    public static final Comparator<String> BY_NAME = Comparator.comparing((String key) -> key.toLowerCase(Locale.ROOT)).thenComparing(key -> key);

    private ToolCallText() {}

    /// What a model wrote.
    ///
    /// @param calls    the well-formed calls, in order
    /// @param problems what is malformed, each with its place; such a call is not among `calls`
    /// @param text     what stands outside of calls, without control tokens, trimmed
    public record Parsed(List<ToolCall> calls, List<String> problems, String text) {
        public Parsed {
            calls = List.copyOf(calls);
            problems = List.copyOf(problems);
        }
    }

    /// The text of `calls`, one after another. Throws where a text holds `<escape>`, which the format cannot carry.
    public static String format(List<ToolCall> calls) {
        return calls.stream().map(c -> START + "call:" + c.name() + arguments(c.arguments()) + END).collect(Collectors.joining());
    }

    /// An object: `{key:value,…}`, keys sorted by name.
    public static String arguments(Map<String, Object> values) {
        var sorted = new TreeMap<String, Object>(BY_NAME);
        sorted.putAll(values);
        return sorted.entrySet().stream().map(e -> e.getKey() + ":" + value(e.getValue()))
            .collect(Collectors.joining(",", "{", "}"));
    }

    /// A single value as calls write it.
    public static String value(Object value) {
        return switch (value) {
            case String s -> escaped(s);
            case Boolean b -> b.toString();
            case Long n -> n.toString();
            case Double d -> PythonText.of(d);
            case List<?> list -> list.stream().map(ToolCallText::value).collect(Collectors.joining(",", "[", "]"));
            case Map<?, ?> map -> arguments(strings(map));
            default -> throw TunebookException.of("ToolCallText", "a value is of a type that calls cannot hold",
                value + " (" + value.getClass().getSimpleName() + ")", "give a String, Long, Double, Boolean, List or Map");
        };
    }

    private static Map<String, Object> strings(Map<?, ?> map) {
        var out = new LinkedHashMap<String, Object>();
        map.forEach((k, v) -> out.put((String) k, v));
        return out;
    }

    private static String escaped(String text) {
        if (text.contains(ESCAPE))
            throw TunebookException.of("ToolCallText", "a text holds " + ESCAPE + ", which ends texts in this format", '"' + text + '"',
                "take it out of the text");
        return ESCAPE + text + ESCAPE;
    }

    /// Reads what a model wrote, whole or cut off anywhere. Never throws: what is malformed is in the problems.
    public static Parsed parse(String text) {
        return new ToolCallParser(text).parse();
    }
}
