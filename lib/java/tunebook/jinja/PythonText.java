package tunebook.jinja;

import java.math.BigDecimal;
import java.math.MathContext;

/// Text as Python handles it, where Java's own methods differ.
public final class PythonText {
    private PythonText() {}

    /// `repr` of a float: the shortest digits that read back as the same number, in positional form for decimal
    /// exponents from -4 to 15.
    public static String of(double d) {
        if (Double.isNaN(d)) return "nan";
        if (Double.isInfinite(d)) return d > 0 ? "inf" : "-inf";
        if (d == 0) return 1 / d < 0 ? "-0.0" : "0.0";
        var decimal = new BigDecimal(Double.toString(d)).stripTrailingZeros();
        var one = decimal.round(new MathContext(1)); // Java writes two digits at least, and so other ones for 5e-324
        if (one.doubleValue() == d) decimal = one.stripTrailingZeros();
        String digits = decimal.unscaledValue().abs().toString();
        int exponent = digits.length() - 1 - decimal.scale();
        String sign = d < 0 ? "-" : "";
        if (exponent < -4 || exponent >= 16) {
            String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
            return sign + mantissa + "e" + (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
        }
        String plain = decimal.abs().toPlainString();
        return sign + (plain.indexOf('.') < 0 ? plain + ".0" : plain);
    }

    /// `str.strip()`: Java's differs on no-break spaces and on U+001C to U+001F.
    public static String strip(String text) {
        return stripEnd(stripStart(text));
    }

    static String stripStart(String text) {
        int from = 0;
        while (from < text.length() && isSpace(text.charAt(from))) from++;
        return text.substring(from);
    }

    static String stripEnd(String text) {
        int to = text.length();
        while (to > 0 && isSpace(text.charAt(to - 1))) to--;
        return text.substring(0, to);
    }

    /// `str.isspace()` of one character.
    static boolean isSpace(char c) {
        return c >= 0x09 && c <= 0x0D || c >= 0x1C && c <= 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680
            || c >= 0x2000 && c <= 0x200A || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
    }
}
