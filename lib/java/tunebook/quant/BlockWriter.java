package tunebook.quant;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import tunebook.tensor.Bfloat16;

/// Floats to blocks, as ggml's reference (`quantize_row_*_ref` in `ggml-quants.c`) rounds them.
final class BlockWriter {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle FLOAT = MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

    private BlockWriter() {}

    static void write(BlockFormat format, float[] values, byte[] out) {
        switch (format) {
            case F32 -> { for (int i = 0; i < values.length; i++) FLOAT.set(out, i * 4, values[i]); }
            case F16 -> { for (int i = 0; i < values.length; i++) SHORT.set(out, i * 2, Float.floatToFloat16(values[i])); }
            case BF16 -> { for (int i = 0; i < values.length; i++) SHORT.set(out, i * 2, Bfloat16.fromFloat(values[i])); }
            case Q8_0 -> { for (int b = 0; b < values.length / 32; b++) q80(values, b * 32, out, b * 34); }
            default -> throw new AssertionError(format + " is not writable");    // Blocks has checked
        }
    }

    private static void q80(float[] values, int from, byte[] out, int p) {
        float max = 0;
        for (int i = 0; i < 32; i++) max = Math.max(max, Math.abs(values[from + i]));
        float d = max / 127, inverse = d == 0 ? 0 : 1 / d;
        SHORT.set(out, p, Float.floatToFloat16(d));
        for (int i = 0; i < 32; i++) out[p + 2 + i] = (byte) awayFromZero(values[from + i] * inverse);
    }

    /// Rounds to the nearest whole number, halves away from zero (C's `roundf`).
    private static int awayFromZero(float x) {
        float a = Math.abs(x);
        int floor = (int) a;
        int rounded = a - floor >= 0.5f ? floor + 1 : floor;
        return x < 0 ? -rounded : rounded;
    }
}
