package tunebook.engine;

import static org.junit.jupiter.api.Assertions.*;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tunebook.graph.Program;
import tunebook.tensor.TunebookException;

class TopologyTest {
    @Test
    @Tag("tpu-aot")
    void libtpuTellsTheMemoryOfAProgramWithoutATpu() {
        MemoryStats stats = Topology.compile("v5e:1x1", Programs.step(1 << 20));
        long state = 4L << 20;
        assertEquals(2 * state, stats.arguments());
        assertTrue(stats.outputs() >= state, stats.toString());
        assertTrue(stats.aliased() >= state, "the donated state is reused: " + stats);
        assertTrue(stats.peak() >= 2 * state, stats.toString());
        assertTrue(stats.peak() < Topology.chipMemory("v5e:1x1").orElseThrow());
    }

    @Test
    @Tag("tpu-aot")
    void otherTopologiesCompileToo() {
        for (String topology : List.of("v5e:2x4", "v6e:1x1", "v5p:2x2x1"))
            assertTrue(Topology.compile(topology, Programs.add()).arguments() >= 2 * 4 * 4, topology);
    }

    @Test
    @Tag("tpu-aot")
    void theCompilersMessageComesThrough() {
        var bad = new Program("bad", "module { func.func public @main( }", List.of(), List.of());
        String message = assertThrows(TunebookException.class, () -> Topology.compile("v5e:1x1", bad)).getMessage();
        assertTrue(message.matches("(?s)Topology.compile: [A-Z_]+: .*expected non-function type.* — program bad for v5e:1x1 — .*"), message);
    }

    @Test
    @Tag("tpu-aot")
    void anUnknownTopologyIsAnError() {
        String message = assertThrows(TunebookException.class, () -> Topology.compile("v99:1x1", Programs.add())).getMessage();
        assertTrue(message.contains("v99:1x1"), message);
    }

    @Test
    @Tag("tpu-aot")
    void theEnvironmentOfTheCompilerDoesNotLeak() {
        Topology.compile("v5e:1x1", Programs.add());
        assertNull(System.getenv("TPU_SKIP_MDS_QUERY"));
    }

    @Test
    void hostsHoldAllChipsOfASmallTopology() {
        assertEquals(List.of(1L, 1L, 1L), TopologyCompiler.hostBounds("v5e:1x1"));
        assertEquals(List.of(2L, 4L, 1L), TopologyCompiler.hostBounds("v5e:2x4"));
        assertEquals(List.of(2L, 2L, 1L), TopologyCompiler.hostBounds("v5p:4x4x4"));
    }

    @Test
    void whatIsNoTopologyIsAnError() {
        String message = assertThrows(TunebookException.class, () -> TopologyCompiler.hostBounds("v5e:big")).getMessage();
        assertTrue(message.startsWith("Topology.compile: not a topology — \"v5e:big\" — write generation:chips"), message);
    }
}
