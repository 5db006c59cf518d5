package tunebook.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tunebook.engine.MemoryStats;
import tunebook.engine.Topology;

@Tag("tpu-aot")
class AheadOfTimeTest {
    @Test
    void trainingAndDecodeStepsOfThe270MFitAV5eChip() {
        Map<String, MemoryStats> programs = AheadOfTime.compile("v5e:1x1");
        System.out.println(programs);
        assertEquals(List.of("train_step", "prefill", "decode"), List.copyOf(programs.keySet()));
        long chip = Topology.chipMemory("v5e:1x1").orElseThrow();
        programs.forEach((name, m) -> {
            assertTrue(m.arguments() > 500_000_000, name + " has the weights as arguments: " + m);
            assertTrue(m.peak() < chip, name + " needs more than the chip has: " + m);
        });
    }
}
