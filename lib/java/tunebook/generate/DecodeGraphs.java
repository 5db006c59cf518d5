package tunebook.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import tunebook.graph.Graph;
import tunebook.graph.OpsIndex;
import tunebook.graph.OpsReduce;
import tunebook.graph.Tensor;
import tunebook.model.Blueprint;
import tunebook.model.ModelProgram;
import tunebook.nn.Attention;
import tunebook.nn.CacheAttention;
import tunebook.nn.FlatAttention;
import tunebook.nn.Modules;
import tunebook.tensor.DType;
import tunebook.tensor.Shape;

/// The two programs of generation: prompts to a key/value cache, and one token more.
///
/// @param rows  B, sequences generated together
/// @param slots S, cache slots of each
public final class DecodeGraphs {
    private final Blueprint model;
    private final int rows;
    private final int slots;

    public DecodeGraphs(Blueprint model, int rows, int slots) {
        this.model = model;
        this.rows = rows;
        this.slots = slots;
    }

    /// Name of the cache's part `i`: keys of layer 0, values of layer 0, keys of layer 1, …
    static String cache(int i) {
        return "cache." + i;
    }

    /// Inputs: tokens, positions, segments [T], `sources` [B * S] (the token that each cache slot holds), `last` [B] (each prompt's last token).
    /// Outputs: the cache, `logits` [B, V], `next` [B].
    public Graph prefill(int tokens) {
        Graph g = new Graph("prefill");
        Modules m = modules(g);
        Tensor ids = g.parameter("tokens", DType.I32, Shape.of(tokens));
        Tensor positions = g.parameter("positions", DType.I32, Shape.of(tokens));
        Tensor segments = g.parameter("segments", DType.I32, Shape.of(tokens));
        Tensor sources = g.parameter("sources", DType.I32, Shape.of(rows * slots));
        Recording attention = new Recording(new FlatAttention(m.compute(), segments, positions));
        Tensor hidden = model.network().hidden(m, ids, positions, attention, false);
        for (int i = 0; i < attention.seen.size(); i++) {
            Tensor x = attention.seen.get(i); // [T, K, H]
            Tensor kept = x.takeRows(sources).reshape(rows, slots, x.dim(1), x.dim(2)).transpose(0, 2, 1, 3).reshape(rows * x.dim(1), slots, x.dim(2));
            g.output(cache(i), kept.to(m.compute().batchedDot()));
        }
        choose(g, m, hidden.takeRows(g.parameter("last", DType.I32, Shape.of(rows))));
        return g;
    }

    /// Inputs: the cache, `slot_positions` [B, S], `tokens` [B], `positions` [B], `slot`. Outputs: the cache and slot positions with the new token, `logits`, `next`.
    public Graph decode() {
        Graph g = new Graph("decode");
        Modules m = modules(g);
        Shape entry = Shape.of(rows * model.network().numKeyValueHeads(), slots, model.network().headDim());
        List<Tensor> caches = IntStream.range(0, 2 * model.network().layers()).mapToObj(i -> g.donated(cache(i), m.compute().batchedDot(), entry)).toList();
        Tensor held = g.donated("slot_positions", DType.I32, Shape.of(rows, slots));
        Tensor tokens = g.parameter("tokens", DType.I32, Shape.of(rows));
        Tensor positions = g.parameter("positions", DType.I32, Shape.of(rows));
        Tensor slot = g.parameter("slot", DType.I32, Shape.of());
        Tensor now = OpsIndex.dynamicUpdate(held, positions.reshape(rows, 1), List.of(g.scalar(DType.I32, 0), slot));
        CacheAttention attention = new CacheAttention(m.compute(), caches, slot, now, positions);
        Tensor hidden = model.network().hidden(m, tokens, positions, attention, false);
        for (int i = 0; i < caches.size(); i++) g.output(cache(i), attention.updated().get(i));
        g.output("slot_positions", now);
        choose(g, m, hidden);
        return g;
    }

    private Modules modules(Graph g) {
        return model.modules(ModelProgram.weights(model, g, Map.of()), Optional.empty());
    }

    /// Outputs the logits of `hidden` [B, D] and the likeliest token, the lowest of equals.
    private void choose(Graph g, Modules m, Tensor hidden) {
        Tensor logits = model.network().logits(m, hidden);
        g.output("logits", logits);
        g.output("next", OpsReduce.argmaxLast(logits));
    }

    /// Lets another attention work and keeps the keys and values it is given.
    private static final class Recording implements Attention {
        private final Attention inner;
        private final List<Tensor> seen = new ArrayList<>();

        Recording(Attention inner) {
            this.inner = inner;
        }

        @Override
        public Tensor apply(int layer, Tensor q, Tensor k, Tensor v, int window) {
            seen.add(k);
            seen.add(v);
            return inner.apply(layer, q, k, v, window);
        }
    }
}
