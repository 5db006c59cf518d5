package tunebook.eval;

import java.math.BigDecimal;
import java.math.RoundingMode;

/// Numbers as text. Rounds the binary value half to even, as Python and C do; Java's formatter rounds 0.125 up.
final class Decimal {
    private Decimal() {}

    static String of(double value, int places) {
        return Double.isFinite(value) ? new BigDecimal(value).setScale(places, RoundingMode.HALF_EVEN).toPlainString() : String.valueOf(value);
    }

    /// The same with its sign written out where it is positive.
    static String signed(double value, int places) {
        return (value > 0 ? "+" : "") + of(value, places);
    }
}
