package tunebook.eval;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import tunebook.data.ToolCall;

/// What a row asks of the model, told from its expected calls: copying text is easy, working out a date is not.
public enum ArgumentKind {
    COPIED_TEXT("copied text"),
    /// Some argument is an ISO 8601 date, with or without a time of day.
    DATES("dates"),
    /// No call has arguments.
    NONE("none");

    private static final Pattern DATE =
        Pattern.compile("\\d{4}-\\d\\d-\\d\\d([T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?(Z|[+-]\\d\\d:?\\d\\d)?)?");

    private final String label;

    ArgumentKind(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }

    /// The kind of a row with these expected calls.
    public static ArgumentKind of(List<ToolCall> expected) {
        if (expected.stream().allMatch(call -> call.arguments().isEmpty())) return NONE;
        return expected.stream().anyMatch(call -> holdsDate(call.arguments())) ? DATES : COPIED_TEXT;
    }

    private static boolean holdsDate(Object value) {
        return switch (value) {
            case String text -> DATE.matcher(text).matches();
            case Map<?, ?> map -> map.values().stream().anyMatch(ArgumentKind::holdsDate);
            case List<?> list -> list.stream().anyMatch(ArgumentKind::holdsDate);
            default -> false;
        };
    }
}
