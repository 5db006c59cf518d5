package tunebook.engine;

import static org.junit.jupiter.api.Assertions.*;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import tunebook.engine.pjrt.ffi.ErrorCode;
import tunebook.engine.pjrt.ffi.PjrtError;
import tunebook.engine.pjrt.ffi.Status;
import tunebook.graph.Program;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;

class SessionErrorsTest {
    private final Session session = Session.open("cpu");

    private static String message(Executable work) {
        return assertThrows(TunebookException.class, work).getMessage();
    }

    private static void says(String pattern, Executable work) {
        String message = message(work);
        assertTrue(message.matches("(?s)" + pattern), message);
    }

    @Test
    void aBadProgramTextGivesTheCompilersMessage() {
        var bad = new Program("bad", "module { func.func public @main() -> tensor<4xf32> { return %nothing : tensor<4xf32> } }", List.of(),
            List.of(Programs.f32("x", 4)));
        says("Client.compile: [A-Z_]+: .*use of undeclared SSA value.* — program bad, .* — .*report it.*", () -> session.compile(bad));
    }

    @Test
    void aTextThatReturnsSomethingElseIsNamed() {
        Program add = Programs.add();
        var wrong = new Program("add", add.text(), add.inputs(), List.of(Programs.f32("sum", 5)));
        int before = session.livePrograms();
        says("Session.compile: the text of program add returns something else than its outputs say — .*\\[F32\\[4]].*\\[F32\\[5]].*",
            () -> session.compile(wrong));
        assertEquals(before, session.livePrograms());
    }

    @Test
    void anInputOfAnotherShapeIsNamed() {
        try (Compiled add = session.compile(Programs.add()); Buffer x = session.put(HostArray.of(new float[4])); Buffer y = session.put(HostArray.of(new float[5]), "mask")) {
            says("Compiled.run: input 1 \"y\" of program add is F32\\[4] — given F32\\[5] of mask — .*", () -> add.run(List.of(x, y)));
        }
    }

    @Test
    void anInputOfAnotherElementTypeIsNamed() {
        try (Compiled add = session.compile(Programs.add()); Buffer x = session.put(HostArray.of(new int[4])); Buffer y = session.put(HostArray.of(new float[4]))) {
            says("Compiled.run: input 0 \"x\" of program add is F32\\[4] — given I32\\[4].*", () -> add.run(List.of(x, y)));
        }
    }

    @Test
    void tooFewInputsAreCounted() {
        try (Compiled add = session.compile(Programs.add()); Buffer x = session.put(HostArray.of(new float[4]))) {
            says("Compiled.run: program add takes 2 inputs — 1 given — .*", () -> add.run(List.of(x)));
        }
    }

    @Test
    void aBufferThrowsByNameAfterClose() {
        Buffer x = session.put(HostArray.of(new float[4]), "adapter");
        x.close();
        x.close();
        assertTrue(x.isClosed());
        says("Buffer.toHost: adapter F32\\[4] is closed — it was closed, or donated.*", x::toHost);
        says("Buffer.await: adapter F32\\[4] is closed.*", x::await);
        try (Compiled add = session.compile(Programs.add()); Buffer y = session.put(HostArray.of(new float[4]))) {
            says("Compiled.run: input \"x\" of program add is closed — adapter F32\\[4].*", () -> add.run(List.of(x, y)));
        }
    }

    @Test
    void aDonatedBufferCannotBeGivenTwice() {
        try (Compiled step = session.compile(Programs.step(16)); Buffer x = session.put(HostArray.of(new float[16]))) {
            says("Compiled.run: input \"state\" of program step is donated and given again as \"delta\" — .*", () -> step.run(List.of(x, x)));
            assertFalse(x.isClosed());
            x.toHost();
        }
    }

    @Test
    void aProgramThrowsByNameAfterClose() {
        Compiled add = session.compile(Programs.add());
        add.close();
        add.close();
        says("Compiled.run: program add is closed.*", () -> add.run(List.of()));
        says("Compiled.memoryStats: program add is closed.*", add::memoryStats);
    }

    @Test
    void memoryThatWasClosedIsNotRead() {
        HostArray array;
        try (Arena arena = Arena.ofConfined()) {
            array = new HostArray(DType.F32, Shape.of(4), arena.allocate(16, 64));
        }
        says("Session.put: the array's memory is closed or belongs to another thread — F32\\[4] — .*", () -> session.put(array));
    }

    @Test
    void anUnknownDeviceIsNamed() {
        says("Session.open: no such device — \"gpu\" — use \"cpu\", \"cuda\" or \"tpu\"", () -> Session.open("gpu"));
    }

    @Test
    void anUnknownXlaFlagIsNamed() {
        says("Client.compile: .*xla_cpu_no_such_flag.*", () -> session.compile(Programs.add(), Map.of("xla_cpu_no_such_flag", true)));
    }

    /// 1 TiB of results: no machine that runs this has it. (A 4 TiB `iota` crashes XLA's CPU compiler, version of C API 0.115.)
    @Test
    void aFullDeviceListsTheLiveBuffersByOwner() {
        var huge = new Program("huge", """
            module @huge {
              func.func public @main(%s: tensor<16xf32> {jax.buffer_donor = true}, %a: tensor<524288x1xf32>)
                  -> (tensor<524288x524288xf32>, tensor<16xf32>) {
                %0 = stablehlo.dot_general %a, %a, contracting_dims = [1] x [1] : (tensor<524288x1xf32>, tensor<524288x1xf32>) -> tensor<524288x524288xf32>
                return %0, %s : tensor<524288x524288xf32>, tensor<16xf32>
              }
            }
            """, List.of(Programs.donated("s", 16), Programs.f32("a", 1 << 19, 1)), List.of(Programs.f32("product", 1 << 19, 1 << 19), Programs.f32("s", 16)));
        try (Params base = Params.of(session, "base model", Map.of("w", HostArray.zeros(DType.F32, Shape.of(1 << 19, 1)))); Compiled program = session.compile(huge)) {
            Buffer state = session.put(HostArray.of(SessionTest.ones(16)), "state");
            says("Session: the device's memory is full: .*RESOURCE_EXHAUSTED.* live buffers: .*base model 2 MiB.* — close what is no longer needed.*", () -> {
                List<Buffer> out = program.run(List.of(state, base.get("w")));
                try {
                    out.getFirst().await();
                } finally {
                    out.forEach(Buffer::close);
                }
            });
        }
    }

    @Test
    void aFullDeviceIsTriedAgainAfterForgottenBuffersAreFreed() {
        int before = session.liveBuffers();
        for (int i = 0; i < 10; i++) session.put(HostArray.of(new float[1000]), "forgotten");
        var tries = new AtomicInteger();
        String done = session.retrying(() -> {
            if (tries.incrementAndGet() == 1) throw PjrtError.of(new Status(ErrorCode.RESOURCE_EXHAUSTED, "full"), "test", "x", "y");
            return "done";
        });
        assertEquals("done", done);
        assertEquals(2, tries.get());
        assertTrue(session.liveBuffers() <= before, "the forgotten buffers are freed: " + session.liveBytesByOwner());
    }

    @Test
    void aRunThatLostItsInputsIsNotTriedAgain() {
        var tries = new AtomicInteger();
        says("Session: the device's memory is full: .*", () -> session.retrying(() -> {
            tries.incrementAndGet();
            throw PjrtError.of(new Status(ErrorCode.RESOURCE_EXHAUSTED, "full"), "test", "x", "y");
        }, () -> false));
        assertEquals(1, tries.get());
    }

    @Test
    void otherErrorsAreNotTriedAgain() {
        var tries = new AtomicInteger();
        says("test: INTERNAL: broken — x — y", () -> session.retrying(() -> {
            tries.incrementAndGet();
            throw PjrtError.of(new Status(ErrorCode.INTERNAL, "broken"), "test", "x", "y");
        }));
        assertEquals(1, tries.get());
    }

    @Test
    void anUnknownParameterNamesTheNearest() {
        try (Params params = Params.of(session, "adapter", Map.of("model.layers.0.self_attn.q_proj.weight", HostArray.scalar(1f)))) {
            says("Params.get: no \"model.layers.0.self_attn.q_prog.weight\" in adapter — 1 names, nearest: model.layers.0.self_attn.q_proj.weight — .*",
                () -> params.get("model.layers.0.self_attn.q_prog.weight"));
        }
    }
}
