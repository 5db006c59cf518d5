package tunebook.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What can stand after `|`: Jinja2's filters for text and numbers; those for lists are in [ListFilters].
final class Filters {
    private static final Pattern WORD_PART = Pattern.compile("[-\\s({\\[<]+|[^-\\s({\\[<]+");

    private Filters() {}

    static Object apply(String name, Object value, Given given) {
        return switch (name) {
            case "upper" -> text(value).toUpperCase(Locale.ROOT);
            case "lower" -> text(value).toLowerCase(Locale.ROOT);
            case "capitalize" -> TextMethods.capitalize(text(value));
            case "title" -> title(text(value));
            case "trim" -> trim(text(value), given.find(0, "chars").filter(c -> c != None.NONE).map(Values::text));
            case "string", "safe" -> text(value);
            case "e", "escape", "forceescape" -> escape(text(value));
            case "replace" -> TextMethods.replace(text(value), text(given.get(0, "old")), text(given.get(1, "new")), given.find(2, "count").map(Values::whole).orElse(-1L));
            case "indent" -> indent(text(value), given);
            case "center" -> center(text(value), Values.whole(given.get(0, "width", 80L)));
            case "format" -> Formatting.percent(text(value), new Tuple(given.positional()));
            case "wordcount" -> Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS).matcher(text(value)).results().count();
            case "tojson" -> JsonText.of(value, given);
            case "default", "d" -> value instanceof Undefined || given.flag(1, "boolean") && !Values.truth(value) ? given.get(0, "default_value", "") : value;
            case "length", "count" -> Values.length(value);
            case "abs" -> value instanceof Double d ? (Object) Math.abs(d) : (Object) Math.abs(Values.whole(value));
            case "int" -> whole(value, given.get(0, "default", 0L), given);
            case "float" -> fraction(value, given.get(0, "default", 0.0));
            case "round" -> round(value, Values.whole(given.get(0, "precision", 0L)), given.text(1, "method", "common"));
            case "attr" -> Access.member(value, text(given.get(0, "name")));
            default -> ListFilters.apply(name, value, given);
        };
    }

    static String text(Object value) {
        return Values.text(value);
    }

    private static String trim(String s, Optional<String> set) {
        return TextMethods.stripStart(TextMethods.stripEnd(s, set), set);
    }

    private static String title(String s) {
        return WORD_PART.matcher(s).replaceAll(m -> Matcher.quoteReplacement(TextMethods.capitalize(m.group())));
    }

    private static String escape(String s) {
        return s.replace("&", "&amp;").replace(">", "&gt;").replace("<", "&lt;").replace("'", "&#39;").replace("\"", "&#34;");
    }

    private static String indent(String s, Given given) {
        Object width = given.get(0, "width", 4L);
        String by = width instanceof String w ? w : " ".repeat((int) Values.whole(width));
        boolean first = given.flag(1, "first"), blank = given.flag(2, "blank");
        List<String> lines = new ArrayList<>(List.of(s.split("\n", -1)));
        for (int i = first ? 0 : 1; i < lines.size(); i++) if (blank || !lines.get(i).isEmpty() || i == 0) lines.set(i, by + lines.get(i));
        return String.join("\n", lines);
    }

    private static String center(String s, long width) {
        int missing = (int) Math.max(0, width - Values.length(s));
        int left = missing / 2 + (missing & (int) width & 1); // as CPython rounds
        return " ".repeat(left) + s + " ".repeat(missing - left);
    }

    private static Object whole(Object value, Object otherwise, Given given) {
        try {
            return switch (value) {
                case String s -> Long.valueOf(PythonText.strip(s).replaceFirst("^\\+", ""), Math.toIntExact(Values.whole(given.get(1, "base", 10L))));
                case Double d -> d.longValue();
                case Long n -> n;
                case Boolean b -> b ? 1L : 0L;
                default -> otherwise;
            };
        } catch (NumberFormatException e) {
            return fraction(value, otherwise) instanceof Double d ? (Object) d.longValue() : otherwise;
        }
    }

    private static Object fraction(Object value, Object otherwise) {
        if (Values.isNumber(value)) return Values.number(value);
        try {
            return value instanceof String s ? Double.valueOf(PythonText.strip(s)) : otherwise;
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    private static Object round(Object value, long precision, String method) {
        if (value instanceof Long && precision >= 0 && method.equals("common")) return value;
        var mode = switch (method) {
            case "ceil" -> RoundingMode.CEILING;
            case "floor" -> RoundingMode.FLOOR;
            case "common" -> RoundingMode.HALF_EVEN;
            default -> throw JinjaFailure.of("round has no method \"" + method + '"');
        };
        return new BigDecimal(Values.number(value)).setScale(Math.toIntExact(precision), mode).doubleValue();
    }
}
