package tunebook.engine.pjrt;

import static org.junit.jupiter.api.Assertions.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tunebook.tensor.HostArray;

/// XLA's SPMD partitioner on four devices of the CPU plug-in in one process.
class SeveralDevicesTest {
    /// The sum of all eight numbers, which lie two on each device: every device must have heard from the others.
    private static final String SUM = """
        module @sum {
          func.func public @main(%x: tensor<8xf32> {mhlo.sharding = "{devices=[4]<=[4]}"}) -> (tensor<f32> {mhlo.sharding = "{replicated}"}) {
            %zero = stablehlo.constant dense<0.0> : tensor<f32>
            %0 = stablehlo.reduce(%x init: %zero) applies stablehlo.add across dimensions = [0] : (tensor<8xf32>, tensor<f32>) -> tensor<f32>
            return %0 : tensor<f32>
          }
        }
        """;

    @Test
    void aPartitionedProgramRunsOnFourDevices() {
        Plugin cpu = Plugin.load(Plugins.find("cpu").orElseThrow(() -> new AssertionError("the CPU plug-in is not installed under " + Plugins.roots())));
        try (Client client = Client.create(cpu, Map.of("cpu_device_count", 4L)); Executable sum = client.compile("sum", SUM, new CompileOptions().partitions(4))) {
            assertEquals(4, client.devices().size());
            var inputs = new ArrayList<List<Buffer>>();
            for (int d = 0; d < 4; d++) inputs.add(List.of(client.put(HostArray.of(new float[] {d, 10 * d}), client.devices().get(d), "x")));
            for (List<Buffer> results : sum.executeAll(inputs, "sum")) assertEquals(66, results.getFirst().toHost().scalarFloat());
            assertThrows(tunebook.tensor.TunebookException.class, () -> sum.execute(inputs.getFirst(), "sum"));
        }
    }
}
