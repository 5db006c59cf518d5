package tunebook.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import tunebook.TinyGemma;
import tunebook.data.Example;

/// The benchmark's rows with a toy's tokens, and the ways to run them.
final class Workload {
    private Workload() {}

    /// As `./tunebook bench train` runs it: 8 rows a step, 2 of them at once, in their order.
    static final TrainConfig DEFAULT = new TrainConfig().maxSteps(6).batchSize(2).accumulation(4).shuffle(false).learningRate(1e-4)
        .schedule(Schedule.CONSTANT).maxGradientNorm(0);
    /// With `--micro 8`.
    static final TrainConfig AT_ONCE = DEFAULT.batchSize(8).accumulation(1);

    /// 64 rows of the lengths in `tests/golden/train/workload.json`, of tokens that every toy has.
    static List<Example> rows() {
        Random random = new Random(1);
        List<Example> out = new ArrayList<>();
        for (JsonNode row : TinyGemma.golden("tests/golden/train/workload.json").get("rows")) {
            int length = row.get(0).asInt();
            int[] tokens = random.ints(length, 3, 96).toArray();
            tokens[0] = 2;
            out.add(TinyGemma.example(tokens, length - row.get(1).asInt()));
        }
        return out;
    }
}
