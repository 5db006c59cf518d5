package tunebook.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.OptimizedProgram;
import tunebook.engine.MemoryStats;
import tunebook.engine.Topology;
import tunebook.graph.Gradients;
import tunebook.graph.Graph;
import tunebook.graph.OpsDot;
import tunebook.graph.Program;
import tunebook.graph.StableHlo;
import tunebook.graph.Tensor;
import tunebook.tensor.DType;
import tunebook.tensor.Shape;

/// What the head of the 270M costs on 8 x 1,024 tokens, loss and gradient of the hidden states, as the compiler states it: nothing is run.
class HeadCostTest {
    private static final int T = 8 * 1024, V = 262_144, D = 640;
    /// 5 % of the tokens, in whole slots.
    private static final int FEW = AnswerLoss.capacity(T / 20);
    /// Bytes that the head may need besides arguments and results: less than the logits of [#FEW] tokens (436 MB) or a BF16 copy of the table (336 MB).
    private static final long MOST = 192_000_000;

    private interface Head {
        Tensor loss(Tensor hidden, Tensor table, Tensor targets, Tensor weights);
    }

    private static Head blockwise(Compute compute) {
        return (hidden, table, targets, weights) -> AnswerLoss.sum(compute, hidden, table, targets, weights, AnswerLoss.Gradient.HIDDEN);
    }

    /// The logits of all learned tokens at once.
    private static Tensor plain(Tensor hidden, Tensor table, Tensor targets, Tensor weights) {
        Tensor logits = OpsDot.linear(hidden.to(DType.BF16), table); // [A, V]
        int a = logits.dim(0);
        Tensor shifted = logits.sub(logits.max(1).reshape(a, 1));
        Tensor logProbability = shifted.sub(shifted.exp().sum(1).log().reshape(a, 1));
        Tensor hit = logits.graph().iota(DType.I32, 1, a, V).eq(targets.reshape(a, 1)).to(DType.F32);
        return logProbability.mul(hit).sum(1).mul(weights).sum(0).neg();
    }

    private static Program program(int learned, Head head) {
        Graph g = new Graph("head");
        Tensor hidden = g.parameter("hidden", DType.F32, Shape.of(T, D));
        Tensor loss = head.loss(hidden.takeRows(g.parameter("predictors", DType.I32, Shape.of(learned))), g.parameter("table", DType.BF16, Shape.of(V, D)),
            g.parameter("targets", DType.I32, Shape.of(learned)), g.parameter("weights", DType.F32, Shape.of(learned)));
        g.output("loss", loss);
        g.output("gradient", Gradients.of(loss, List.of(hidden)).getFirst());
        return StableHlo.emit(g);
    }

    /// The program as XLA runs it on this machine: its memory, and the types of all arrays in its text (`f32[416,640]`), those inside fused loops too.
    private record Optimized(MemoryStats memory, Set<String> arrays) {
        private static final Pattern ARRAY = Pattern.compile("\\b(?:pred|bf16|[fsu]\\d+)\\[\\d+(?:,\\d+)*\\]");

        static Optimized of(Program program, Path folder) throws IOException {
            OptimizedProgram optimized = OptimizedProgram.of(program, folder);
            return new Optimized(optimized.memory(), ARRAY.matcher(optimized.text()).results().map(MatchResult::group).collect(Collectors.toSet()));
        }

        /// Arrays with more numbers than the hidden states have, the table (and its bits, which are the same memory) aside.
        List<String> large() {
            List<String> table = List.of("bf16[" + V + "," + D + "]", "u16[" + V + "," + D + "]");
            return arrays.stream().filter(a -> elements(a) > (long) T * D && !table.contains(a)).sorted().toList();
        }

        private static long elements(String array) {
            return Arrays.stream(array.substring(array.indexOf('[') + 1, array.length() - 1).split(",")).mapToLong(Long::parseLong).reduce(1, (a, b) -> a * b);
        }
    }

    @TempDir
    Path folder;

    /// 39.4 MB when it was written.
    @Test
    void withFewTokensLearnedThereAreNoLogitsAndNoCopyOfTheTable() throws IOException {
        assertSmall(FEW);
    }

    /// 65.8 MB when it was written.
    @Test
    void withAllTokensLearnedThereAreNoLogitsAndNoCopyOfTheTable() throws IOException {
        assertSmall(T);
    }

    private void assertSmall(int learned) throws IOException {
        Optimized head = Optimized.of(program(learned, blockwise(Compute.MIXED_CPU)), folder);
        assertTrue(head.arrays().contains("f32[" + T + "," + D + "]"), head.toString()); // the text was read
        assertEquals(List.of(), head.large());
        assertTrue(head.memory().temporary() <= MOST, head.memory().toString());
    }

    /// 1,745 MB when it was written: what the tests above would see.
    @Test
    void thePlainFormHasLogits() throws IOException {
        Optimized head = Optimized.of(program(FEW, HeadCostTest::plain), folder);
        assertTrue(head.large().contains("f32[" + FEW + "," + V + "]"), head.large().toString());
        assertTrue(head.memory().temporary() > 4L * FEW * V, head.memory().toString());
    }

    /// 43.0 and 69.5 MB when it was written, the plain form 436 MB with few tokens learned.
    @Test
    @Tag("tpu-aot")
    void onAV5eTooThereIsRoomForNeitherLogitsNorACopyOfTheTable() {
        for (int learned : new int[] {FEW, T}) {
            long bytes = between(Topology.compile("v5e:1x1", program(learned, blockwise(Compute.MIXED))));
            assertTrue(bytes <= MOST, learned + " learned: " + bytes + " bytes");
        }
        long plain = between(Topology.compile("v5e:1x1", program(FEW, HeadCostTest::plain)));
        assertTrue(plain >= 4L * FEW * V, "the plain form: " + plain + " bytes");
    }

    /// What is needed besides arguments and results. libtpu may state temporaries of 0 and count them in the peak.
    private static long between(MemoryStats m) {
        return Math.max(m.temporary(), m.peak() - m.arguments() - m.outputs());
    }
}
