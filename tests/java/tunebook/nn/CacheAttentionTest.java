package tunebook.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tunebook.graph.Graph;
import tunebook.graph.Numbers;
import tunebook.graph.Tensor;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;

/// One new token over a cache, against sums written out in Java.
class CacheAttentionTest {
    private static final int B = 3, N = 4, K = 2, H = 4, S = 6;
    /// Row 0 holds positions 0 to 3 and the new 4; row 1 only 0 and the new 1; row 2 nothing but the new one. Slot 4 is the new one, slot 5 is free.
    private static final int[] HELD = {0, 1, 2, 3, 4, -1, 0, -1, -1, -1, 1, -1, -1, -1, -1, -1, 0, -1};
    private static final int[] POSITIONS = {4, 1, 0};

    @Test
    void aTokenSeesTheEarlierPositionsOfItsRowWithinTheWindow() {
        for (int window : new int[] {Integer.MAX_VALUE, 1, 2, 4, 5}) assertSame(window);
    }

    private static void assertSame(int window) {
        Map<String, HostArray> in = new LinkedHashMap<>();
        in.put("q", Numbers.random(1, B, N, H));
        in.put("k", Numbers.random(2, B, K, H));
        in.put("v", Numbers.random(3, B, K, H));
        in.put("keys", Numbers.random(4, B * K, S, H));
        in.put("values", Numbers.random(5, B * K, S, H));
        in.put("held", HostArray.of(HELD, B, S));
        in.put("positions", HostArray.of(POSITIONS));
        in.put("slot", HostArray.scalar(4));
        Graph g = new Graph("cache");
        Map<String, Tensor> t = new LinkedHashMap<>();
        in.forEach((name, a) -> t.put(name, g.parameter(name, a.dtype(), a.shape())));
        var attention = new CacheAttention(Compute.F32, List.of(t.get("keys"), t.get("values")), t.get("slot"), t.get("held"), t.get("positions"));
        g.output("y", attention.apply(0, t.get("q"), t.get("k"), t.get("v"), window));
        g.output("keys", attention.updated().get(0));
        g.output("values", attention.updated().get(1));
        Map<String, HostArray> out = Numbers.run(g, in);
        for (int b = 0; b < B; b++) for (int n = 0; n < N; n++) assertHead(in, out, b, n, window);
        for (int i = 0; i < B * K * S * H; i++) {
            boolean fresh = i / H % S == 4;
            int row = i / (S * H) * H + i % H;
            assertEquals((fresh ? in.get("k").getFloat(row) : in.get("keys").getFloat(i)), out.get("keys").getFloat(i));
            assertEquals((fresh ? in.get("v").getFloat(row) : in.get("values").getFloat(i)), out.get("values").getFloat(i));
        }
        assertEquals(DType.F32, out.get("y").dtype());
        assertEquals(Shape.of(B, N * H), out.get("y").shape());
    }

    private static void assertHead(Map<String, HostArray> in, Map<String, HostArray> out, int b, int n, int window) {
        int k = n * K / N;
        double total = 0;
        double[] mixed = new double[H];
        for (int s = 0; s < S; s++) {
            int held = HELD[b * S + s];
            if (held < 0 || held > POSITIONS[b] || POSITIONS[b] - held >= window) continue;
            double score = 0;
            for (int h = 0; h < H; h++) score += in.get("q").getFloat((b * N + n) * H + h) * out.get("keys").getFloat(((b * K + k) * S + s) * H + h);
            double e = Math.exp(score);
            total += e;
            for (int h = 0; h < H; h++) mixed[h] += e * out.get("values").getFloat(((b * K + k) * S + s) * H + h);
        }
        for (int h = 0; h < H; h++) assertEquals(mixed[h] / total, out.get("y").getFloat((b * N + n) * H + h), 1e-6);
    }
}
