package tunebook.io;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;
import java.lang.foreign.ValueLayout;

/// The tensors of tests/golden/io/make.py, made by the same formula.
final class GoldenTensors {
    static final Path FOLDER = Path.of("tests/golden/io");

    private GoldenTensors() {}

    static Map<String, HostArray> all() {
        Map<String, HostArray> out = new LinkedHashMap<>();
        add(out, "model.embed_tokens.weight", DType.BF16, 6, 4);
        add(out, "model.layers.0.mlp.up_proj.weight", DType.F16, 3, 4);
        add(out, "model.layers.0.self_attn.q_proj.weight", DType.F32, 4, 4);
        add(out, "model.norm.weight", DType.F32, 4);
        add(out, "ids", DType.I32, 2, 3);
        add(out, "long_ids", DType.I64, 3);
        add(out, "bytes", DType.U8, 5);
        add(out, "small", DType.I8, 2);
        add(out, "mask", DType.BOOL, 3);
        add(out, "double", DType.F64, 2, 1);
        add(out, "scalar", DType.F32);
        add(out, "empty", DType.F32, 0, 3);
        return out;
    }

    /// What element `i` of tensor number `k` is.
    static double value(DType type, int k, long i) {
        long v = (i * 7 + k * 3) % 23 - 11;
        return switch (type) {
            case U8 -> Math.abs(v);
            case BOOL -> v > 0 ? 1 : 0;
            case I8, I32, I64 -> v;
            default -> v / 8.0;
        };
    }

    private static void add(Map<String, HostArray> out, String name, DType type, int... dims) {
        int k = out.size();
        HostArray a = HostArray.zeros(type, Shape.of(dims));
        for (int i = 0; i < a.size(); i++) set(a, i, value(type, k, i));
        out.put(name, a);
    }

    private static void set(HostArray a, int i, double v) {
        switch (a.dtype()) {
            case F32 -> a.bytes().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) v);
            case F64 -> a.bytes().setAtIndex(ValueLayout.JAVA_DOUBLE, i, v);
            case F16 -> a.bytes().setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16((float) v));
            case BF16 -> a.bytes().setAtIndex(ValueLayout.JAVA_SHORT, i, (short) (Float.floatToRawIntBits((float) v) >>> 16));
            case I32 -> a.bytes().setAtIndex(ValueLayout.JAVA_INT, i, (int) v);
            case I64 -> a.bytes().setAtIndex(ValueLayout.JAVA_LONG, i, (long) v);
            default -> a.bytes().set(ValueLayout.JAVA_BYTE, i, (byte) v);
        }
    }
}
