package tunebook.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Values of a template and how Python sees them: String, Long, Double, Boolean, [None], List (a [Tuple] too), Map,
/// [Undefined], [Namespace], [Callable].
final class Values {
    private Values() {}

    /// A value from outside: whole numbers become Long, fractions Double, null None.
    static Object in(Object value) {
        return switch (value) {
            case null -> None.NONE;
            case Integer n -> n.longValue();
            case Float f -> f.doubleValue();
            case String s -> s;
            case Long n -> n;
            case Double d -> d;
            case Boolean b -> b;
            case List<?> list -> list.stream().map(Values::in).toList();
            case Map<?, ?> map -> {
                var copy = new LinkedHashMap<Object, Object>();
                map.forEach((k, v) -> copy.put(in(k), in(v)));
                yield copy;
            }
            default -> throw JinjaFailure.of("a value of " + value.getClass().getName() + " has no place in a template");
        };
    }

    static boolean truth(Object value) {
        return switch (value) {
            case Boolean b -> b;
            case Long n -> n != 0;
            case Double d -> d != 0;
            case String s -> !s.isEmpty();
            case List<?> list -> !list.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            case None n -> false;
            case Undefined u -> false;
            default -> true;
        };
    }

    /// `str(value)`: what a template prints.
    static String text(Object value) {
        return switch (value) {
            case String s -> s;
            case Undefined u -> "";
            default -> quoted(value);
        };
    }

    /// `repr(value)`.
    static String quoted(Object value) {
        return switch (value) {
            case String s -> quotedText(s);
            case Boolean b -> b ? "True" : "False";
            case Double d -> PythonText.of(d);
            case None n -> "None";
            case Undefined u -> "Undefined";
            case Tuple t -> t.size() == 1 ? "(" + quoted(t.getFirst()) + ",)" : joined(t, "(", ")");
            case List<?> list -> joined(list, "[", "]");
            case Map<?, ?> map -> {
                List<String> entries = new ArrayList<>();
                map.forEach((k, v) -> entries.add(quoted(k) + ": " + quoted(v)));
                yield "{" + String.join(", ", entries) + "}";
            }
            case Namespace n -> "<Namespace " + quoted(n.members()) + ">";
            case Callable c -> "<function>";
            default -> value.toString();
        };
    }

    private static String joined(List<?> list, String open, String close) {
        return open + String.join(", ", list.stream().map(Values::quoted).toList()) + close;
    }

    private static String quotedText(String s) {
        char quote = s.contains("'") && !s.contains("\"") ? '"' : '\'';
        var text = new StringBuilder().append(quote);
        s.codePoints().forEach(c -> {
            if (c == quote || c == '\\') text.append('\\').appendCodePoint(c);
            else if (c == '\n') text.append("\\n");
            else if (c == '\r') text.append("\\r");
            else if (c == '\t') text.append("\\t");
            else if (isPrintable(c)) text.appendCodePoint(c);
            else text.append(c < 0x100 ? "\\x%02x".formatted(c) : c < 0x10000 ? "\\u%04x".formatted(c) : "\\U%08x".formatted(c));
        });
        return text.append(quote).toString();
    }

    private static boolean isPrintable(int c) {
        return c == ' ' || switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED,
                Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    /// The items a loop goes over: of a list, the characters of a text, the keys of a map; none of an undefined value.
    static List<Object> items(Object value) {
        return switch (value) {
            case List<?> list -> List.copyOf(list);
            case String s -> s.codePoints().mapToObj(c -> (Object) Character.toString(c)).toList();
            case Map<?, ?> map -> List.copyOf(map.keySet());
            case Undefined u -> List.of();
            default -> throw JinjaFailure.of(type(value) + " cannot be looped over");
        };
    }

    static boolean isLoopable(Object value) {
        return value instanceof List || value instanceof String || value instanceof Map || value instanceof Undefined;
    }

    static long length(Object value) {
        return switch (value) {
            case String s -> s.codePointCount(0, s.length());
            case List<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            case Undefined u -> 0;
            default -> throw JinjaFailure.of(type(value) + " has no length");
        };
    }

    static String type(Object value) {
        return switch (value) {
            case String s -> "text";
            case Boolean b -> "a truth value";
            case Long n -> "a whole number";
            case Double d -> "a number";
            case List<?> list -> "a list";
            case Map<?, ?> map -> "a mapping";
            case None n -> "none";
            case Undefined u -> throw u.failure();
            default -> "a " + value.getClass().getSimpleName().toLowerCase(Locale.ROOT);
        };
    }

    static boolean equal(Object a, Object b) {
        if (isNumber(a) && isNumber(b)) return a instanceof Double || b instanceof Double ? number(a) == number(b) : whole(a) == whole(b);
        if (a instanceof List<?> x && b instanceof List<?> y) {
            if (x.size() != y.size() || x instanceof Tuple != y instanceof Tuple) return false;
            for (int i = 0; i < x.size(); i++) if (!equal(x.get(i), y.get(i))) return false;
            return true;
        }
        if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y)
            return x.size() == y.size() && x.entrySet().stream().allMatch(e -> y.containsKey(e.getKey()) && equal(e.getValue(), y.get(e.getKey())));
        if (a instanceof Undefined && b instanceof Undefined) return true;
        return a.equals(b);
    }

    /// Negative, zero or positive. Throws where Python would not compare the two.
    static int compare(Object a, Object b) {
        if (isNumber(a) && isNumber(b)) return a instanceof Double || b instanceof Double ? Double.compare(number(a), number(b)) : Long.compare(whole(a), whole(b));
        if (a instanceof String x && b instanceof String y) return compareText(x, y);
        if (a instanceof List<?> x && b instanceof List<?> y) {
            for (int i = 0; i < Math.min(x.size(), y.size()); i++) if (!equal(x.get(i), y.get(i))) return compare(x.get(i), y.get(i));
            return Integer.compare(x.size(), y.size());
        }
        throw JinjaFailure.of(type(a) + " and " + type(b) + " have no order");
    }

    /// By code points, not by UTF-16 units.
    private static int compareText(String a, String b) {
        int[] x = a.codePoints().toArray(), y = b.codePoints().toArray();
        return Arrays.compare(x, y);
    }

    static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    static double number(Object value) {
        return switch (value) {
            case Double d -> d;
            case Long n -> n;
            case Boolean b -> b ? 1 : 0;
            default -> throw JinjaFailure.of("expected a number, not " + type(value));
        };
    }

    static long whole(Object value) {
        return switch (value) {
            case Long n -> n;
            case Boolean b -> b ? 1 : 0;
            default -> throw JinjaFailure.of("expected a whole number, not " + type(value));
        };
    }
}
