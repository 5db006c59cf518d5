package tunebook.jinja;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What can stand after `is`.
final class Tests {
    private Tests() {}

    static boolean holds(String name, Object value, Given given) {
        return switch (name) {
            case "defined" -> !(value instanceof Undefined);
            case "undefined" -> value instanceof Undefined;
            case "none" -> value == None.NONE;
            case "boolean" -> value instanceof Boolean;
            case "true" -> value.equals(true);
            case "false" -> value.equals(false);
            case "integer" -> value instanceof Long;
            case "float" -> value instanceof Double;
            case "number" -> Values.isNumber(value);
            case "string" -> value instanceof String;
            case "mapping" -> value instanceof Map;
            case "sequence" -> value instanceof List || value instanceof String || value instanceof Map || value instanceof Undefined;
            case "iterable" -> Values.isLoopable(value);
            case "callable" -> value instanceof Callable;
            case "odd" -> Values.whole(value) % 2 != 0;
            case "even" -> Values.whole(value) % 2 == 0;
            case "divisibleby" -> Values.whole(value) % Values.whole(given.get(0, "num")) == 0;
            case "upper" -> text(value).equals(text(value).toUpperCase(Locale.ROOT)) && !text(value).equals(text(value).toLowerCase(Locale.ROOT));
            case "lower" -> text(value).equals(text(value).toLowerCase(Locale.ROOT)) && !text(value).equals(text(value).toUpperCase(Locale.ROOT));
            case "sameas" -> value == given.get(0, "other") || value.equals(given.get(0, "other")) && !(value instanceof List || value instanceof Map);
            case "in" -> Operators.compare("in", value, given.get(0, "seq"));
            case "eq", "equalto" -> Operators.compare("==", value, given.get(0, "other"));
            case "ne" -> Operators.compare("!=", value, given.get(0, "other"));
            case "lt", "lessthan" -> Operators.compare("<", value, given.get(0, "other"));
            case "le" -> Operators.compare("<=", value, given.get(0, "other"));
            case "gt", "greaterthan" -> Operators.compare(">", value, given.get(0, "other"));
            case "ge" -> Operators.compare(">=", value, given.get(0, "other"));
            case "==", "!=", "<", "<=", ">", ">=" -> Operators.compare(name, value, given.get(0, "other")); // named by select and its like
            default -> throw JinjaFailure.of("unknown test \"" + name + '"');
        };
    }

    private static String text(Object value) {
        return Values.text(value);
    }
}
