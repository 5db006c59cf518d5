package tunebook.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tunebook.graph.Graph;
import tunebook.graph.Numbers;
import tunebook.graph.OpsDot;
import tunebook.graph.OpsShape;
import tunebook.graph.Tensor;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;

/// Against attention with one mask over all pairs of tokens.
class FlatAttentionTest {
    private static final int N = 4, K = 2, H = 4;
    private static final int ALL = Integer.MAX_VALUE;

    /// Documents end to end in `slots` token slots, the rest filling as [tunebook.data.Batch] does it.
    private static Map<String, HostArray> inputs(int slots, int... documents) {
        int[] segments = new int[slots];
        int[] positions = new int[slots];
        int at = 0;
        for (int d = 0; d < documents.length; d++)
            for (int i = 0; i < documents[d]; i++, at++) {
                segments[at] = d + 1;
                positions[at] = i;
            }
        for (int i = at; i < slots; i++) positions[i] = i - at;
        Map<String, HostArray> in = new LinkedHashMap<>();
        in.put("q", Numbers.random(1, slots, N, H));
        in.put("k", Numbers.random(2, slots, K, H));
        in.put("v", Numbers.random(3, slots, K, H));
        in.put("segments", HostArray.of(segments));
        in.put("positions", HostArray.of(positions));
        return in;
    }

    private static Tensor plain(Map<String, Tensor> in, int window) {
        int t = in.get("q").dim(0);
        Tensor back = in.get("positions").reshape(t, 1).sub(in.get("positions").reshape(1, t));
        Graph g = back.graph();
        Tensor seen = in.get("segments").reshape(t, 1).eq(in.get("segments").reshape(1, t)).and(back.ge(g.scalar(DType.I32, 0)));
        if (window != ALL) seen = seen.and(back.lt(g.scalar(DType.I32, window)));
        List<Tensor> heads = new ArrayList<>();
        for (int n = 0; n < N; n++) {
            Tensor q = in.get("q").slice(1, n, n + 1).reshape(t, H);
            Tensor k = in.get("k").slice(1, n * K / N, n * K / N + 1).reshape(t, H);
            Tensor v = in.get("v").slice(1, n * K / N, n * K / N + 1).reshape(t, H);
            Tensor scores = seen.select(OpsDot.linear(q, k), g.full(DType.F32, -1e30, t, t));
            Tensor e = scores.sub(scores.max(1).reshape(t, 1)).exp();
            heads.add(OpsDot.matmul(e.div(e.sum(1).reshape(t, 1)), v));
        }
        return OpsShape.concat(1, heads);
    }

    private static double apart(Compute compute, int window, int slots, int... documents) {
        Map<String, HostArray> in = inputs(slots, documents);
        int real = IntStream.of(documents).sum();
        // Filling may come out as anything finite: it is never learned from. Its cotangent is zero in both.
        var expected = new Compare.Way(in, List.of("q", "k", "v"), t -> plain(t, window).slice(0, 0, real)).run();
        var actual = new Compare.Way(in, List.of("q", "k", "v"), t -> new FlatAttention(compute, t.get("segments"), t.get("positions"))
            .apply(0, t.get("q"), t.get("k"), t.get("v"), window).slice(0, 0, real)).run();
        return Compare.worst(expected, actual);
    }

    private static void assertSame(int window, int slots, int... documents) {
        double worst = apart(Compute.F32, window, slots, documents);
        assertTrue(worst < 3e-6, "window " + window + ", " + slots + " slots: " + worst);
    }

    @Test
    void oneBlockOfSeveralDocumentsHasTheValuesAndGradientsOfPlainAttention() {
        assertSame(ALL, 48, 20, 1, 15);
        assertSame(8, 48, 20, 1, 15);
    }

    @Test
    void documentsAcrossBlocksSeeTheirEarlierBlocks() {
        assertSame(ALL, 512, 300, 180);
        assertSame(ALL, 768, 700);
        assertSame(ALL, 768, 100, 255, 257, 10);
    }

    @Test
    void windowsSmallerThanADocumentALongBandAndTheirEdges() {
        for (int window : new int[] {1, 2, 16, 255, 256, 257, 299, 300, 301}) assertSame(window, 512, 300, 180);
    }

    @Test
    void tokensThatAreNoMultipleOfTheUsualBlock() {
        assertEquals(256, FlatAttention.blockSize(500));
        assertEquals(144, FlatAttention.blockSize(257));
        assertEquals(256, FlatAttention.blockSize(1024));
        assertEquals(224, FlatAttention.blockSize(1312));
        assertEquals(37, FlatAttention.blockSize(37));
        assertSame(ALL, 300, 200, 90);
        assertSame(16, 300, 200, 90);
        assertSame(ALL, 37, 30, 7);
        assertSame(8, 257, 200, 50);
    }

    @Test
    void aDocumentFillsTheSlotsExactly() {
        assertSame(ALL, 512, 512);
        assertSame(1000, 512, 512);
        assertSame(ALL, 512, 256, 256);
    }

    @Test
    void aSingleTokenSeesItself() {
        assertSame(ALL, 16, 1, 1, 1);
    }

    @Test
    void bf16OperandsStayNearTheExactResult() {
        double worst = apart(Compute.MIXED_CPU, 64, 512, 300, 180);
        assertTrue(worst > 0 && worst < 0.03, "" + worst);
    }
}
