package tunebook.engine.pjrt;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import tunebook.engine.pjrt.ffi.Api;
import tunebook.engine.pjrt.ffi.HostBuffer;
import tunebook.engine.pjrt.ffi.HostFunction;

/// Few rows times large weights on a CPU: each weight is read from memory once, as it is stored, and widened to F32 in a register.
///
/// XLA's CPU compiler packs or converts the whole weight first, which for one row is nearly all of the work.
final class StreamedDot {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = FLOATS.vectorShape().withLanes(int.class);
    private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int LANES = FLOATS.length();
    /// Rows of x that one pass over a weight multiplies: as many sums as registers hold, beside the weight.
    private static final int TOGETHER = 8;
    /// Most rows of x left over by groups of [#TOGETHER] that are multiplied by themselves; more make a group with rows of zeros.
    private static final int FEW = 2;
    /// Rows of a weight that one task multiplies.
    private static final int ROWS = 64;
    /// Bytes of weights below which tasks cost more than they save.
    private static final long WORTH_TASKS = 1 << 18;
    /// Plug-ins that were told of it once, since none can be made to forget, and whether they took it.
    private static final Map<Api, Boolean> REGISTERED = new ConcurrentHashMap<>();

    private final MemorySegment x;
    private final int xRows;
    private final int in;
    private final int whole;
    private final int groups;
    private final float[] packed;
    private final MemorySegment out;
    private final int outRow;

    private StreamedDot(HostBuffer x, HostBuffer out) {
        this.x = x.data();
        this.xRows = (int) x.dims()[0];
        this.in = (int) x.dims()[1];
        this.whole = in - in % LANES;
        this.groups = Math.ceilDiv(xRows - FEW, TOGETHER);
        this.packed = pack();
        this.out = out.data();
        this.outRow = (int) out.dims()[1];
    }

    /// Lets programs call it as `target`, for the rest of the process.
    ///
    /// @return whether the plug-in takes such functions
    static boolean register(Api api, String target) {
        return REGISTERED.computeIfAbsent(api, a -> HostFunction.register(a, target, StreamedDot::run));
    }

    /// `arguments`: x [B, in] F32, weights [out, in] BF16 or F32; the one result is x times each weight transposed, side by side: [B, sum of out] F32.
    static void run(List<HostBuffer> arguments, List<HostBuffer> results) {
        StreamedDot dot = new StreamedDot(arguments.getFirst(), results.getFirst());
        List<Runnable> tasks = new ArrayList<>();
        int column = 0;
        long bytes = 0;
        for (HostBuffer w : arguments.subList(1, arguments.size())) {
            int rows = (int) w.dims()[0];
            int first = column;
            for (int from = 0; from < rows; from += ROWS) {
                int begin = from;
                int end = Math.min(rows, from + ROWS);
                tasks.add(() -> dot.rows(w, first, begin, end));
            }
            column += rows;
            bytes += w.data().byteSize();
        }
        (bytes < WORTH_TASKS ? tasks.stream() : tasks.parallelStream()).forEach(Runnable::run);
    }

    /// The groups of x, each with the vectors of its rows side by side: [groups, whole / LANES, TOGETHER, LANES].
    private float[] pack() {
        float[] to = new float[groups * whole * TOGETHER];
        for (int b = 0; b < Math.min(xRows, groups * TOGETHER); b++) {
            int at = b / TOGETHER * whole * TOGETHER + b % TOGETHER * LANES;
            for (int k = 0; k < whole; k += LANES, at += TOGETHER * LANES) x(b, k).intoArray(to, at);
        }
        return to;
    }

    /// Rows `from` to `to` of `w`, whose row 0 makes column `first` of the result.
    private void rows(HostBuffer w, int first, int from, int to) {
        int left = xRows - groups * TOGETHER;
        for (int row = from; row < to; row++) {
            for (int g = 0; g < groups; g++) group(w, first, row, g);
            if (left == 1) one(w, first, row, xRows - 1);
            else if (left == 2) two(w, first, row, xRows - 2);
        }
    }

    /// One row of `w` and a group of x.
    private void group(HostBuffer w, int first, int row, int group) {
        MemorySegment data = w.data();
        boolean bf16 = w.bf16();
        FloatVector s0 = FloatVector.zero(FLOATS);
        FloatVector s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
        int at = group * whole * TOGETHER;
        for (int k = 0; k < whole; k += LANES, at += TOGETHER * LANES) {
            FloatVector weight = weight(data, bf16, row, k);
            s0 = weight.fma(packed(at), s0);
            s1 = weight.fma(packed(at + LANES), s1);
            s2 = weight.fma(packed(at + 2 * LANES), s2);
            s3 = weight.fma(packed(at + 3 * LANES), s3);
            s4 = weight.fma(packed(at + 4 * LANES), s4);
            s5 = weight.fma(packed(at + 5 * LANES), s5);
            s6 = weight.fma(packed(at + 6 * LANES), s6);
            s7 = weight.fma(packed(at + 7 * LANES), s7);
        }
        int b = group * TOGETHER;
        write(s0, w, first, row, b);
        write(s1, w, first, row, b + 1);
        write(s2, w, first, row, b + 2);
        write(s3, w, first, row, b + 3);
        write(s4, w, first, row, b + 4);
        write(s5, w, first, row, b + 5);
        write(s6, w, first, row, b + 6);
        write(s7, w, first, row, b + 7);
    }

    /// One row of `w` and one of x.
    private void one(HostBuffer w, int first, int row, int b) {
        MemorySegment data = w.data();
        boolean bf16 = w.bf16();
        FloatVector p = FloatVector.zero(FLOATS);
        FloatVector q = p, r = p, s = p;
        int k = 0;
        for (; k + 4 * LANES <= whole; k += 4 * LANES) {
            p = weight(data, bf16, row, k).fma(x(b, k), p);
            q = weight(data, bf16, row, k + LANES).fma(x(b, k + LANES), q);
            r = weight(data, bf16, row, k + 2 * LANES).fma(x(b, k + 2 * LANES), r);
            s = weight(data, bf16, row, k + 3 * LANES).fma(x(b, k + 3 * LANES), s);
        }
        for (; k < whole; k += LANES) p = weight(data, bf16, row, k).fma(x(b, k), p);
        write(p.add(q).add(r.add(s)), w, first, row, b);
    }

    /// One row of `w` and two of x.
    private void two(HostBuffer w, int first, int row, int b) {
        MemorySegment data = w.data();
        boolean bf16 = w.bf16();
        FloatVector p = FloatVector.zero(FLOATS);
        FloatVector q = p, r = p, s = p;
        int k = 0;
        for (; k + 2 * LANES <= whole; k += 2 * LANES) {
            FloatVector v = weight(data, bf16, row, k);
            FloatVector u = weight(data, bf16, row, k + LANES);
            p = v.fma(x(b, k), p);
            q = v.fma(x(b + 1, k), q);
            r = u.fma(x(b, k + LANES), r);
            s = u.fma(x(b + 1, k + LANES), s);
        }
        if (k < whole) {
            FloatVector v = weight(data, bf16, row, k);
            p = v.fma(x(b, k), p);
            q = v.fma(x(b + 1, k), q);
        }
        write(p.add(r), w, first, row, b);
        write(q.add(s), w, first, row, b + 1);
    }

    private FloatVector packed(int at) {
        return FloatVector.fromArray(FLOATS, packed, at);
    }

    private FloatVector x(int row, int k) {
        return FloatVector.fromMemorySegment(FLOATS, x, 4 * ((long) row * in + k), ORDER);
    }

    private FloatVector weight(MemorySegment w, boolean bf16, int row, int k) {
        long at = (long) row * in + k;
        if (!bf16) return FloatVector.fromMemorySegment(FLOATS, w, 4 * at, ORDER);
        var bits = (IntVector) ShortVector.fromMemorySegment(SHORTS, w, 2 * at, ORDER).convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
        return bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    /// The sum of the lanes, and of what lies behind the last whole vector, as the result's element [b, first + row], if x has a row b.
    private void write(FloatVector lanes, HostBuffer w, int first, int row, int b) {
        if (b >= xRows) return;
        float sum = lanes.reduceLanes(VectorOperators.ADD);
        for (int k = whole; k < in; k++) {
            long at = (long) row * in + k;
            float weight = w.bf16() ? Float.intBitsToFloat(w.data().getAtIndex(ValueLayout.JAVA_SHORT, at) << 16) : w.data().getAtIndex(ValueLayout.JAVA_FLOAT, at);
            sum += weight * x.getAtIndex(ValueLayout.JAVA_FLOAT, (long) b * in + k);
        }
        out.setAtIndex(ValueLayout.JAVA_FLOAT, (long) b * outRow + first + row, sum);
    }
}
