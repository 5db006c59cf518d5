package tunebook.engine;

import static org.junit.jupiter.api.Assertions.*;

import java.util.List;
import org.junit.jupiter.api.Test;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;

class SessionTest {
    private final Session session = Session.open("cpu");

    @Test
    void openingTwiceGivesTheSameSession() {
        assertSame(session, Session.open("cpu"));
        assertEquals("cpu", session.platform());
    }

    @Test
    void everyElementTypeComesBackAsItWent() {
        for (DType type : DType.values()) {
            HostArray sent = HostArray.zeros(type, Shape.of(3, 5));
            for (long i = 0; i < sent.bytes().byteSize(); i++) sent.bytes().set(java.lang.foreign.ValueLayout.JAVA_BYTE, i, (byte) (type == DType.BOOL ? i % 2 : i * 37 + 1));
            try (Buffer buffer = session.put(sent)) {
                HostArray back = buffer.toHost();
                assertEquals(type, back.dtype());
                assertEquals(Shape.of(3, 5), back.shape());
                assertEquals(-1, sent.bytes().mismatch(back.bytes()), type + " changed on its way");
            }
        }
    }

    @Test
    void sumsOnTheDevice() {
        try (Compiled add = session.compile(Programs.add());
             Buffer x = session.put(HostArray.of(new float[] {1, 2, 3, 4}));
             Buffer y = session.put(HostArray.of(new float[] {10, 20, 30, 40}));
             Buffer sum = add.run(List.of(x, y)).getFirst()) {
            assertArrayEquals(new float[] {11, 22, 33, 44}, sum.toHost().toFloats());
        }
    }

    @Test
    void resultsOfTwoAxesAreRowMajor() {
        try (Compiled dot = session.compile(Programs.dot());
             Buffer a = session.put(HostArray.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
             Buffer b = session.put(HostArray.of(new float[] {1, 0, 0, 1, 1, 1}, 3, 2))) {
            List<Buffer> out = dot.run(List.of(a, b));
            assertArrayEquals(new float[] {4, 5, 10, 11}, out.get(0).toHost().toFloats());
            assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6}, out.get(1).toHost().toFloats());
            out.forEach(Buffer::close);
        }
    }

    @Test
    void bf16DotsReturnF32() {
        float[] a = new float[8 * 16];
        float[] b = new float[16 * 8];
        for (int i = 0; i < a.length; i++) a[i] = i % 7 - 3;
        for (int i = 0; i < b.length; i++) b[i] = i % 5 - 2;
        try (Compiled dot = session.compile(Programs.bf16Dot());
             Buffer x = session.put(HostArray.of(a, 8, 16).to(DType.BF16));
             Buffer y = session.put(HostArray.of(b, 16, 8).to(DType.BF16));
             Buffer out = dot.run(List.of(x, y)).getFirst()) {
            float want = 0;
            for (int k = 0; k < 16; k++) want += a[3 * 16 + k] * b[k * 8 + 5];
            assertEquals(want, out.toHost().getFloat(3 * 8 + 5));
        }
    }

    @Test
    void loopsRun() {
        try (Compiled doubling = session.compile(Programs.doubling());
             Buffer x = session.put(HostArray.scalar(3f)); Buffer n = session.put(HostArray.scalar(10));
             Buffer out = doubling.run(List.of(x, n)).getFirst()) {
            assertEquals(3072f, out.toHost().scalarFloat());
        }
    }

    @Test
    void aDonatedInputIsClosedAfterTheRun() {
        try (Compiled step = session.compile(Programs.step(16)); Buffer delta = session.put(HostArray.of(ones(16)))) {
            Buffer state = session.put(HostArray.of(ones(16)));
            List<Buffer> out = step.run(List.of(state, delta));
            assertTrue(state.isClosed());
            assertFalse(delta.isClosed());
            assertArrayEquals(new float[] {2}, out.get(1).toHost().toFloats());
            out.forEach(Buffer::close);
        }
    }

    static float[] ones(int n) {
        float[] ones = new float[n];
        java.util.Arrays.fill(ones, 1);
        return ones;
    }
}
