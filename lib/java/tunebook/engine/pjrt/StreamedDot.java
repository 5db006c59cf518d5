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
    private final MemorySegment out;
    private final int outRow;

    private StreamedDot(HostBuffer x, HostBuffer out) {
        this.x = x.data();
        this.xRows = (int) x.dims()[0];
        this.in = (int) x.dims()[1];
        this.whole = in - in % LANES;
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

    /// Rows `from` to `to` of `w`, whose row 0 makes column `first` of the result.
    private void rows(HostBuffer w, int first, int from, int to) {
        int fours = xRows - xRows % 4;
        int row = from;
        for (; row + 4 <= to; row += 4) {
            for (int b = 0; b < fours; b += 4) {
                twoByFour(w, first, row, b);
                twoByFour(w, first, row + 2, b);
            }
            for (int b = fours; b < xRows; b++) fourByOne(w, first, row, b);
        }
        for (; row < to; row++) for (int b = 0; b < xRows; b++) one(w, first, row, b);
    }

    /// Two rows of `w` and four of x.
    private void twoByFour(HostBuffer w, int first, int row, int b) {
        MemorySegment data = w.data();
        boolean bf16 = w.bf16();
        int r = row + 1;
        FloatVector p0 = FloatVector.zero(FLOATS);
        FloatVector p1 = p0, p2 = p0, p3 = p0, q0 = p0, q1 = p0, q2 = p0, q3 = p0;
        for (int k = 0; k < whole; k += LANES) {
            FloatVector p = weight(data, bf16, row, k);
            FloatVector q = weight(data, bf16, r, k);
            FloatVector v = x(b, k);
            p0 = p.fma(v, p0);
            q0 = q.fma(v, q0);
            v = x(b + 1, k);
            p1 = p.fma(v, p1);
            q1 = q.fma(v, q1);
            v = x(b + 2, k);
            p2 = p.fma(v, p2);
            q2 = q.fma(v, q2);
            v = x(b + 3, k);
            p3 = p.fma(v, p3);
            q3 = q.fma(v, q3);
        }
        write(p0, w, first, row, b);
        write(p1, w, first, row, b + 1);
        write(p2, w, first, row, b + 2);
        write(p3, w, first, row, b + 3);
        write(q0, w, first, r, b);
        write(q1, w, first, r, b + 1);
        write(q2, w, first, r, b + 2);
        write(q3, w, first, r, b + 3);
    }

    /// Four rows of `w` and one of x.
    private void fourByOne(HostBuffer w, int first, int row, int b) {
        MemorySegment data = w.data();
        boolean bf16 = w.bf16();
        FloatVector p = FloatVector.zero(FLOATS);
        FloatVector q = p, r = p, s = p;
        for (int k = 0; k < whole; k += LANES) {
            FloatVector v = x(b, k);
            p = weight(data, bf16, row, k).fma(v, p);
            q = weight(data, bf16, row + 1, k).fma(v, q);
            r = weight(data, bf16, row + 2, k).fma(v, r);
            s = weight(data, bf16, row + 3, k).fma(v, s);
        }
        write(p, w, first, row, b);
        write(q, w, first, row + 1, b);
        write(r, w, first, row + 2, b);
        write(s, w, first, row + 3, b);
    }

    private void one(HostBuffer w, int first, int row, int b) {
        FloatVector p = FloatVector.zero(FLOATS);
        for (int k = 0; k < whole; k += LANES) p = weight(w.data(), w.bf16(), row, k).fma(x(b, k), p);
        write(p, w, first, row, b);
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

    /// The sum of the lanes, and of what lies behind the last whole vector, as the result's element [b, first + row].
    private void write(FloatVector lanes, HostBuffer w, int first, int row, int b) {
        float sum = lanes.reduceLanes(VectorOperators.ADD);
        for (int k = whole; k < in; k++) {
            long at = (long) row * in + k;
            float weight = w.bf16() ? Float.intBitsToFloat(w.data().getAtIndex(ValueLayout.JAVA_SHORT, at) << 16) : w.data().getAtIndex(ValueLayout.JAVA_FLOAT, at);
            sum += weight * x.getAtIndex(ValueLayout.JAVA_FLOAT, (long) b * in + k);
        }
        out.setAtIndex(ValueLayout.JAVA_FLOAT, (long) b * outRow + first + row, sum);
    }
}
