package tunebook.notebook;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tunebook.data.ToolCall;
import tunebook.data.ToolCallText;

/// Function calls as a person reads them, one argument a line; beside the expected ones with what differs marked.
///
/// @param calls    what was produced
/// @param expected what is right; empty where it is not known
public record CallView(List<ToolCall> calls, List<ToolCall> expected) implements Display {
    public CallView {
        calls = List.copyOf(calls);
        expected = List.copyOf(expected);
    }

    public static CallView of(ToolCall... calls) {
        return new CallView(List.of(calls), List.of());
    }

    /// The produced calls beside the `expected` ones.
    public static CallView compare(List<ToolCall> calls, List<ToolCall> expected) {
        return new CallView(calls, expected);
    }

    @Override
    public String text() {
        String produced = text(calls);
        if (expected.isEmpty()) return produced;
        return calls.equals(expected) ? produced + "\n(as expected)" : produced + "\nexpected\n" + text(expected);
    }

    private static String text(List<ToolCall> calls) {
        return calls.isEmpty() ? "no call" : calls.stream().map(CallView::text).collect(Collectors.joining("\n"));
    }

    private static String text(ToolCall call) {
        if (call.arguments().isEmpty()) return call.name() + "()";
        return call.arguments().entrySet().stream().sorted(Map.Entry.comparingByKey(ToolCallText.BY_NAME))
            .map(a -> "  " + a.getKey() + ": " + quoted(a.getValue())).collect(Collectors.joining("\n", call.name() + "(\n", ")"));
    }

    private static String quoted(Object value) {
        return value instanceof String s ? '"' + s + '"' : String.valueOf(value);
    }

    @Override
    public String html() {
        if (expected.isEmpty()) return block(Html.escape(text(calls)));
        String left = column("produced", TextDiff.marked(text(calls), text(expected), Html.BAD));
        String right = column("expected", TextDiff.marked(text(expected), text(calls), Html.GOOD));
        return Html.div(Html.FONT + "display:flex;flex-wrap:wrap;gap:24px;color:inherit", left + right);
    }

    private static String column(String title, String inner) {
        return Html.div("", Html.div(Html.FAINT, title) + block(inner));
    }

    private static String block(String inner) {
        return Html.div(Html.MONO + "white-space:pre-wrap", inner);
    }
}
