package tunebook.data;

import java.math.BigDecimal;
import java.math.MathContext;

/// Values as Python prints them, which is how chat templates were meant to print them.
final class PythonText {
    private PythonText() {}

    /// Python's `repr` of a float: the shortest digits that read back as the same number, in positional form for
    /// decimal exponents from -4 to 15.
    static String of(double d) {
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
}
