package tunebook.engine;

import static org.junit.jupiter.api.Assertions.*;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;

class NativeMemoryTest {
    private final Session session = Session.open("cpu");

    @Test
    void liveBuffersAfter500RunsEqualThoseBefore() {
        int buffers = session.liveBuffers();
        long bytes = session.liveBytes();
        try (Compiled step = session.compile(Programs.step(256)); Buffer delta = session.put(HostArray.of(SessionTest.ones(256)))) {
            Buffer state = session.put(HostArray.of(new float[256]));
            for (int i = 0; i < 500; i++) {
                List<Buffer> out = step.run(List.of(state, delta));
                state = out.get(0);
                out.get(1).close();
                assertEquals(buffers + 2, session.liveBuffers());
            }
            assertEquals(500, state.toHost().getFloat(255));
            state.close();
        }
        assertEquals(buffers, session.liveBuffers());
        assertEquals(bytes, session.liveBytes());
    }

    @Test
    void residentMemoryDoesNotGrowOverManyRuns() throws Exception {
        int size = 1 << 20; // 4 MiB a buffer: 200 leaked ones would be 800 MiB
        try (Compiled step = session.compile(Programs.step(size)); Buffer delta = session.put(HostArray.zeros(DType.F32, Shape.of(size)))) {
            Buffer state = session.put(HostArray.zeros(DType.F32, Shape.of(size)));
            long before = 0;
            for (int i = 0; i < 220; i++) {
                if (i == 20) before = residentKib();
                List<Buffer> out = step.run(List.of(state, delta));
                state = out.get(0);
                out.get(1).toHost();
                out.get(1).close();
            }
            long grown = residentKib() - before;
            state.close();
            assertTrue(grown < 200 << 10, "grew by " + grown + " KiB");
        }
    }

    private static long residentKib() throws java.io.IOException {
        for (String line : java.nio.file.Files.readAllLines(java.nio.file.Path.of("/proc/self/status")))
            if (line.startsWith("VmRSS:")) return Long.parseLong(line.replaceAll("\\D", ""));
        return 0;
    }

    @Test
    void forgottenBuffersAreFreedByTheCollector() throws InterruptedException {
        int before = session.liveBuffers();
        for (int i = 0; i < 20; i++) session.put(HostArray.of(new float[100]));
        assertTrue(session.liveBuffers() > before);
        for (int i = 0; i < 100 && session.liveBuffers() > before; i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertTrue(session.liveBuffers() <= before);
    }

    @Test
    void whatIsClosedInTheMiddleOfARunIsFreedAfterIt() {
        float[] numbers = new float[ExitProbe.SIZE * ExitProbe.SIZE], identity = numbers.clone();
        for (int i = 0; i < numbers.length; i++) numbers[i] = i % 251;
        for (int i = 0; i < ExitProbe.SIZE; i++) identity[i * ExitProbe.SIZE + i] = 1;
        for (int round = 0; round < 3; round++) {
            Compiled products = session.compile(ExitProbe.products());
            Buffer x = session.put(HostArray.of(numbers, ExitProbe.SIZE, ExitProbe.SIZE)), w = session.put(HostArray.of(identity, ExitProbe.SIZE, ExitProbe.SIZE));
            Buffer dropped = products.run(List.of(x, w)).getFirst(), kept = products.run(List.of(x, w)).getFirst();
            for (AutoCloseable c : List.<AutoCloseable>of(products, dropped, x, w)) assertDoesNotThrow(c::close);
            assertArrayEquals(numbers, kept.toHost().toFloats());
            kept.close();
        }
    }

    @Test
    void bytesAreCountedByOwner() {
        long before = session.liveBytes();
        var arrays = new LinkedHashMap<String, HostArray>(Map.of("w", HostArray.zeros(DType.BF16, Shape.of(10, 10))));
        try (Params params = Params.of(session, "a test's parameters", arrays)) {
            assertEquals(before + 200, session.liveBytes());
            assertEquals(200, session.liveBytesByOwner().get("a test's parameters"));
            assertEquals(List.of("w"), params.names());
            assertEquals(200, params.bytes());
        }
        assertNull(session.liveBytesByOwner().get("a test's parameters"));
    }

    @Test
    void paramsThatFailHalfwayLeaveNothing() {
        int before = session.liveBuffers();
        HostArray closed;
        try (Arena arena = Arena.ofConfined()) {
            closed = new HostArray(DType.F32, Shape.of(4), arena.allocate(16, 64));
        }
        var arrays = new LinkedHashMap<String, HostArray>();
        arrays.put("good", HostArray.of(new float[4]));
        arrays.put("bad", closed);
        assertThrows(TunebookException.class, () -> Params.of(session, arrays));
        assertEquals(before, session.liveBuffers());
    }

    @Test
    void anAdoptedArrayIsReadInPlaceAndNeverWrittenAndFreedAtTheEnd() {
        Arena memory = Arena.ofShared();
        HostArray array = HostArray.in(memory, DType.F32, Shape.of(1 << 16));
        try (Buffer adopted = session.adopt(array, memory, "adopted"); Compiled step = session.compile(Programs.step(1 << 16));
             Buffer delta = session.put(HostArray.of(SessionTest.ones(1 << 16)))) {
            List<Buffer> out = step.run(List.of(adopted, delta)); // donates it
            assertEquals(1, out.get(0).toHost().getFloat(77));
            out.forEach(Buffer::close);
            if (memory.scope().isAlive()) for (long i = 0; i < array.size(); i++) assertEquals(0, array.getFloat(i), "a donation must not write the host's array");
        }
        assertFalse(memory.scope().isAlive());
    }

    @Test
    void adoptingDoesNotCopyAndClosesTheMemoryWithTheBuffer() {
        Arena memory = Arena.ofShared();
        HostArray array = HostArray.in(memory, DType.F32, Shape.of(1 << 16));
        try (Buffer adopted = session.adopt(array, memory, "adopted"); Buffer copied = session.put(array)) {
            array.bytes().set(ValueLayout.JAVA_FLOAT, 0, 5f);
            assertEquals(5, adopted.toHost().getFloat(0));
            assertEquals(0, copied.toHost().getFloat(0));
        }
        assertFalse(memory.scope().isAlive());
        Arena closed = Arena.ofShared();
        HostArray gone = HostArray.in(closed, DType.F32, Shape.of(4));
        Session closing = Session.open("cpu");
        Buffer open = closing.adopt(gone, closed, "left open");
        closing.close();
        assertTrue(open.isClosed());
        assertFalse(closed.scope().isAlive());
    }

    @Test
    void unsetMemoryIsAlignedAndAdoptedAndGoneOnceClosed() {
        Arena memory = Session.unsetMemory();
        for (int size : new int[] {0, 1, 77, 1 << 20}) {
            HostArray array = HostArray.in(memory, DType.BF16, Shape.of(size));
            assertEquals(0, array.bytes().address() % 64);
            array.bytes().fill((byte) 1);
        }
        HostArray array = HostArray.in(memory, DType.F32, Shape.of(1 << 16));
        for (int i = 0; i < array.size(); i++) array.bytes().setAtIndex(ValueLayout.JAVA_FLOAT, i, i);
        try (Buffer adopted = session.adopt(array, memory, "adopted")) {
            assertEquals(65_535, adopted.toHost().getFloat(65_535));
        }
        assertFalse(memory.scope().isAlive());
        assertThrows(IllegalStateException.class, () -> array.getFloat(0));
        assertThrows(IllegalStateException.class, () -> memory.allocate(16, 64));
    }

    @Test
    void closingTheSessionClosesWhatIsOpen() {
        Session closing = Session.open("cpu");
        Buffer x = closing.put(HostArray.of(new float[4]), "left open");
        Compiled add = closing.compile(Programs.add());
        closing.close();
        closing.close();
        assertTrue(x.isClosed());
        x.close();
        add.close();
        String message = assertThrows(TunebookException.class, x::toHost).getMessage();
        assertTrue(message.startsWith("Buffer.toHost: left open F32[4] is closed — its session was closed"), message);
        message = assertThrows(TunebookException.class, () -> closing.put(HostArray.of(new float[4]))).getMessage();
        assertTrue(message.startsWith("Session: used after close"), message);
        try (Session again = Session.open("cpu"); Buffer y = again.put(HostArray.of(new float[] {7}))) {
            assertNotSame(closing, again);
            assertEquals(7, y.toHost().scalarFloat());
        }
    }
}
