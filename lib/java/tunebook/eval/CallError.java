package tunebook.eval;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tunebook.data.ToolCall;

/// One way in which produced calls are not the expected ones. Calls are counted from 1.
public sealed interface CallError {
    /// The text could not be read as calls, or not all of it.
    record Malformed(List<String> problems) implements CallError {}

    record WrongCount(int expected, int produced) implements CallError {}

    record WrongName(int call, String expected, String produced) implements CallError {}

    record MissingArgument(int call, String function, String argument) implements CallError {}

    record UnexpectedArgument(int call, String function, String argument, Object produced) implements CallError {}

    record WrongValue(int call, String function, String argument, Object expected, Object produced) implements CallError {}

    /// The kind alone, for counting: `wrong value`.
    default String kind() {
        return switch (this) {
            case Malformed m -> "malformed";
            case WrongCount c -> "wrong count";
            case WrongName n -> "wrong name";
            case MissingArgument a -> "missing argument";
            case UnexpectedArgument a -> "unexpected argument";
            case WrongValue v -> "wrong value";
        };
    }

    /// One phrase for a table: `wrong value of query: "bakery", expected "bakery Rue Mouffetard"`.
    default String describe() {
        return switch (this) {
            case Malformed(var problems) -> "malformed: " + String.join("; ", problems);
            case WrongCount(int expected, int produced) -> "wrong count: " + produced + (produced == 1 ? " call" : " calls") + ", expected " + expected;
            case WrongName(int call, String expected, String produced) ->
                "wrong name of call " + call + ": " + produced + ", expected " + expected;
            case MissingArgument(int call, String function, String argument) -> "missing argument " + argument + " of " + function;
            case UnexpectedArgument(int call, String function, String argument, Object produced) ->
                "unexpected argument " + argument + " of " + function + ": " + quoted(produced);
            case WrongValue(int call, String function, String argument, Object expected, Object produced) ->
                "wrong value of " + argument + ": " + quoted(produced) + ", expected " + quoted(expected);
        };
    }

    /// Everything that tells `produced` from `expected`, worst first: if their number differs that alone, then names,
    /// then arguments in the order of their names. Empty if names and order are the same and arguments equal.
    static List<CallError> between(List<ToolCall> expected, List<ToolCall> produced) {
        if (expected.size() != produced.size()) return List.of(new WrongCount(expected.size(), produced.size()));
        var names = new ArrayList<CallError>();
        var arguments = new ArrayList<CallError>();
        for (int i = 0; i < expected.size(); i++) {
            ToolCall right = expected.get(i);
            ToolCall given = produced.get(i);
            if (right.name().equals(given.name())) arguments.addAll(between(i + 1, right, given));
            else names.add(new WrongName(i + 1, right.name(), given.name()));
        }
        names.addAll(arguments);
        return List.copyOf(names);
    }

    private static List<CallError> between(int call, ToolCall expected, ToolCall produced) {
        var missing = new ArrayList<CallError>();
        var values = new ArrayList<CallError>();
        for (String name : expected.arguments().keySet().stream().sorted().toList()) {
            Object right = expected.arguments().get(name);
            Object given = produced.arguments().get(name);
            if (!produced.arguments().containsKey(name)) missing.add(new MissingArgument(call, expected.name(), name));
            else if (!same(right, given)) values.add(new WrongValue(call, expected.name(), name, right, given));
        }
        for (String name : produced.arguments().keySet().stream().sorted().toList())
            if (!expected.arguments().containsKey(name))
                missing.add(new UnexpectedArgument(call, expected.name(), name, produced.arguments().get(name)));
        missing.addAll(values);
        return missing;
    }

    /// Equality of JSON values: numbers by value (`1` is `1.0`), lists in order, objects in any order; a text is never a number.
    static boolean same(Object a, Object b) {
        if (a instanceof Number x && b instanceof Number y && Double.isFinite(x.doubleValue()) && Double.isFinite(y.doubleValue()))
            return new BigDecimal(x.toString()).compareTo(new BigDecimal(y.toString())) == 0;
        if (a instanceof List<?> x && b instanceof List<?> y) {
            if (x.size() != y.size()) return false;
            for (int i = 0; i < x.size(); i++) if (!same(x.get(i), y.get(i))) return false;
            return true;
        }
        if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y)
            return x.keySet().equals(y.keySet()) && x.keySet().stream().allMatch(key -> same(x.get(key), y.get(key)));
        return a == null ? b == null : a.equals(b);
    }

    /// A value as a table shows it: texts in quotes.
    static String quoted(Object value) {
        return value instanceof String text ? "\"" + text + "\"" : String.valueOf(value);
    }
}
