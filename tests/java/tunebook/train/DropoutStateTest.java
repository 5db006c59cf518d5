package tunebook.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tunebook.graph.Graph;
import tunebook.graph.Numbers;
import tunebook.graph.OpsIndex;
import tunebook.tensor.DType;
import tunebook.tensor.Seed;
import tunebook.tensor.Shape;

/// Random numbers that dropout takes in a micro-batch.
class DropoutStateTest {
    private static int[] drawn(int step, int micro) {
        Graph g = new Graph("bits");
        g.output("bits", OpsIndex.randomBits(g.parameter("state", DType.U64, Shape.of(2)), 1024).get(1).bitcast(DType.I32));
        return Numbers.run(g, Map.of("state", TrainStep.dropoutState(Seed.of(7), step, micro))).get("bits").toInts();
    }

    @Test
    void noTwoMicroBatchesDrawTheSameNumbersNorThoseOfOneShifted() {
        Set<Integer> all = new HashSet<>();
        int draws = 0;
        for (int step = 1; step <= 3; step++)
            for (int micro = 0; micro < 3; micro++) {
                int[] bits = drawn(step, micro);
                draws += bits.length;
                Arrays.stream(bits).forEach(all::add);
            }
        assertEquals(draws, all.size(), "numbers drawn twice");
    }

    @Test
    void aStepMadeAgainDrawsTheSame() {
        assertArrayEquals(drawn(2, 1), drawn(2, 1));
    }
}
