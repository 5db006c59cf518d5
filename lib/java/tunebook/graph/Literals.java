package tunebook.graph;

import java.util.HexFormat;
import tunebook.tensor.Bfloat16;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;

/// Numbers as MLIR writes them, exact to the bit.
final class Literals {
    private Literals() {}

    static String number(double value, DType dtype) {
        return switch (dtype) {
            case BOOL -> value != 0 ? "true" : "false";
            case F32 -> special(value) ? hex(Float.floatToRawIntBits((float) value), 8) : decimal(Float.toString((float) value));
            case BF16 -> hex(Bfloat16.fromFloat((float) value), 4);
            case F16 -> hex(Float.floatToFloat16((float) value), 4);
            case F64 -> special(value) ? hex(Double.doubleToRawLongBits(value), 16) : decimal(Double.toString(value));
            default -> Long.toString((long) value);
        };
    }

    private static boolean special(double value) {
        return Double.isNaN(value) || Double.isInfinite(value) || value != 0 && Math.abs((float) value) == 0;
    }

    /// Java writes 1.0E10; MLIR wants 1.0E+10.
    private static String decimal(String java) {
        return java.contains("E") && !java.contains("E-") ? java.replace("E", "E+") : java;
    }

    private static String hex(long bits, int digits) {
        return "0x" + HexFormat.of().withUpperCase().toHexDigits(bits, digits);
    }

    /// All elements, nested in brackets by axis.
    static String elements(HostArray a) {
        StringBuilder out = new StringBuilder();
        append(out, a, 0, 0);
        return out.toString();
    }

    private static long append(StringBuilder out, HostArray a, int axis, long at) {
        if (axis == a.shape().rank()) {
            out.append(a.dtype().isFloat() ? number(a.getFloat(at), a.dtype()) : number(a.getLong(at), a.dtype()));
            return at + 1;
        }
        out.append('[');
        for (int i = 0; i < a.shape().dim(axis); i++) {
            if (i > 0) out.append(", ");
            at = append(out, a, axis + 1, at);
        }
        out.append(']');
        return at;
    }
}
