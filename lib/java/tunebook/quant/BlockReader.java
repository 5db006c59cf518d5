package tunebook.quant;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// One block of each format to floats. `in` holds the block from byte `p` on; its numbers go to `out` from `to` on.
///
/// Layouts and the order of the arithmetic (all in single precision, so that results are equal to the last bit) are those
/// of ggml's `ggml-quants.c` (`dequantize_row_*`). `d` is a block's scale, a half-precision number.
final class BlockReader {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle FLOAT = MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

    private BlockReader() {}

    /// `blocks` blocks one after another.
    static void read(BlockFormat format, byte[] in, int blocks, float[] out) {
        int bytes = format.blockBytes(), elements = format.blockElements();
        switch (format) {
            case F32 -> { for (int i = 0; i < blocks; i++) out[i] = (float) FLOAT.get(in, i * 4); }
            case F16 -> { for (int i = 0; i < blocks; i++) out[i] = half(in, i * 2); }
            case BF16 -> { for (int i = 0; i < blocks; i++) out[i] = Float.intBitsToFloat((short) SHORT.get(in, i * 2) << 16); }
            case Q8_0 -> { for (int b = 0; b < blocks; b++) q80(in, b * bytes, out, b * elements); }
            case Q5_0 -> { for (int b = 0; b < blocks; b++) q50(in, b * bytes, out, b * elements); }
            case Q4_0 -> { for (int b = 0; b < blocks; b++) q40(in, b * bytes, out, b * elements); }
            case Q4_K -> { for (int b = 0; b < blocks; b++) q4k(in, b * bytes, out, b * elements); }
            case Q5_K -> { for (int b = 0; b < blocks; b++) q5k(in, b * bytes, out, b * elements); }
            case Q6_K -> { for (int b = 0; b < blocks; b++) q6k(in, b * bytes, out, b * elements); }
            default -> throw new AssertionError(format + " is not readable");    // Blocks has checked
        }
    }

    private static float half(byte[] in, int p) {
        return Float.float16ToFloat((short) SHORT.get(in, p));
    }

    /// d, 32 signed bytes: d·q.
    private static void q80(byte[] in, int p, float[] out, int to) {
        float d = half(in, p);
        for (int i = 0; i < 32; i++) out[to + i] = d * in[p + 2 + i];
    }

    /// d, 16 bytes of two nibbles (low ones first): d·(q - 8).
    private static void q40(byte[] in, int p, float[] out, int to) {
        float d = half(in, p);
        for (int i = 0; i < 16; i++) {
            int q = in[p + 2 + i];
            out[to + i] = d * ((q & 15) - 8);
            out[to + 16 + i] = d * (((q >> 4) & 15) - 8);
        }
    }

    /// d, 32 fifth bits, 16 bytes of two nibbles: d·(q - 16).
    private static void q50(byte[] in, int p, float[] out, int to) {
        float d = half(in, p);
        int high = (int) INT.get(in, p + 2);
        for (int i = 0; i < 16; i++) {
            int q = in[p + 6 + i];
            out[to + i] = d * ((q & 15 | (high >>> i & 1) << 4) - 16);
            out[to + 16 + i] = d * ((q >> 4 & 15 | (high >>> (i + 16) & 1) << 4) - 16);
        }
    }

    /// d, dmin, 8 scales and 8 minima of six bits in 12 bytes, 128 bytes of nibbles: (d·scale)·q - dmin·minimum.
    /// Each 32 bytes hold 32 numbers in their low nibbles and the next 32 in the high ones.
    private static void q4k(byte[] in, int p, float[] out, int to) {
        float d = half(in, p), dmin = half(in, p + 2);
        for (int j = 0; j < 8; j++) {
            float scale = d * scale(in, p + 4, j), min = dmin * minimum(in, p + 4, j);
            int from = p + 16 + j / 2 * 32, at = to + j * 32, shift = j % 2 * 4;
            for (int i = 0; i < 32; i++) out[at + i] = scale * (in[from + i] >> shift & 15) - min;
        }
    }

    /// As Q4_K, with 32 bytes of fifth bits before the nibbles: bit j of byte i belongs to number i of group j.
    private static void q5k(byte[] in, int p, float[] out, int to) {
        float d = half(in, p), dmin = half(in, p + 2);
        for (int j = 0; j < 8; j++) {
            float scale = d * scale(in, p + 4, j), min = dmin * minimum(in, p + 4, j);
            int from = p + 48 + j / 2 * 32, at = to + j * 32, shift = j % 2 * 4;
            for (int i = 0; i < 32; i++) {
                int q = in[from + i] >> shift & 15 | (in[p + 16 + i] >> j & 1) << 4;
                out[at + i] = scale * q - min;
            }
        }
    }

    /// Scale `j` of eight: six bits, the upper two of the last four lying in the first four's spare bits.
    private static int scale(byte[] in, int s, int j) {
        return j < 4 ? in[s + j] & 63 : in[s + j + 4] & 15 | (in[s + j - 4] >> 6 & 3) << 4;
    }

    private static int minimum(byte[] in, int s, int j) {
        return j < 4 ? in[s + j + 4] & 63 : in[s + j + 4] >> 4 & 15 | (in[s + j] >> 6 & 3) << 4;
    }

    /// 128 bytes of low nibbles, 64 of upper bit pairs, 16 signed scales, d: (d·scale)·(q - 32).
    /// Each half of the block is four groups of 32 numbers that share their bytes.
    private static void q6k(byte[] in, int p, float[] out, int to) {
        float d = half(in, p + 208);
        for (int g = 0; g < 16; g++) {      // 16 numbers each, with their own scale
            int half = g / 8, quarter = g / 2 % 4, first = g % 2 * 16;
            float scale = d * in[p + 192 + g];
            int low = p + half * 64 + quarter % 2 * 32 + first, high = p + 128 + half * 32 + first;
            int lowShift = quarter / 2 * 4, highShift = quarter * 2, at = to + g * 16;
            for (int i = 0; i < 16; i++)
                out[at + i] = scale * ((in[low + i] >> lowShift & 15 | (in[high + i] >> highShift & 3) << 4) - 32);
        }
    }
}
