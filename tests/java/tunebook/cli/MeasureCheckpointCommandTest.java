package tunebook.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MeasureCheckpointCommandTest {
    @Test
    void stretchesWithACheckpointAreThoseAfterEveryTwentiethStep() {
        // A step takes a second; the copy for a checkpoint, after steps 20, 40 and 60, another half.
        List<Long> ends = LongStream.rangeClosed(1, 60).mapToObj(n -> n * 1_000_000_000 + (n - 1) / 20 * 500_000_000).toList();
        assertEquals(List.of(10.5, 10.5), MeasureCheckpointCommand.stretches(ends, 2));
        assertEquals(List.of(10.0, 10.0), MeasureCheckpointCommand.stretches(ends, 3));
    }
}
