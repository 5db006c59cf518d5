package tunebook.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Python's `%` on text: `%s`, `%r`, `%d`, `%i`, `%f` with digits, `%x` and `%%`.
final class Formatting {
    private static final Pattern PLACE = Pattern.compile("%(-?0?\\d*)(?:\\.(\\d+))?([a-zA-Z%])");

    private Formatting() {}

    static String percent(String format, Object values) {
        List<Object> given = values instanceof Tuple t ? List.copyOf(t) : List.of(values);
        int[] used = {0};
        return PLACE.matcher(format).replaceAll(m -> {
            if (m.group(3).equals("%")) return "%";
            if (used[0] == given.size()) throw JinjaFailure.of("not enough values for \"" + format + '"');
            String text = one(m.group(3), m.group(2), given.get(used[0]++));
            String padded = m.group(1).isEmpty() ? text : pad(text, m.group(1));
            return Matcher.quoteReplacement(padded);
        });
    }

    private static String one(String kind, String digits, Object value) {
        return switch (kind) {
            case "s" -> Values.text(value);
            case "r" -> Values.quoted(value);
            case "d", "i" -> Long.toString((long) Values.number(value));
            case "x" -> Long.toHexString(Values.whole(value));
            case "f" -> new BigDecimal(Values.number(value)).setScale(digits == null ? 6 : Integer.parseInt(digits), RoundingMode.HALF_EVEN).toPlainString();
            default -> throw JinjaFailure.of("%" + kind + " is not supported");
        };
    }

    private static String pad(String text, String width) {
        boolean left = width.startsWith("-"), zeros = width.startsWith("0");
        int missing = Math.max(0, Integer.parseInt(width.toLowerCase(Locale.ROOT).replaceFirst("^-?0?", "0")) - text.length());
        return left ? text + " ".repeat(missing) : (zeros ? "0" : " ").repeat(missing) + text;
    }
}
