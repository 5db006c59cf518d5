package tunebook.generate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import tunebook.graph.Graph;
import tunebook.graph.OpsIndex;
import tunebook.graph.OpsReduce;
import tunebook.graph.Tensor;
import tunebook.model.Blueprint;
import tunebook.nn.Attention;
import tunebook.nn.CacheAttention;
import tunebook.nn.FlatAttention;
import tunebook.nn.Modules;
import tunebook.nn.Weights;
import tunebook.tensor.DType;
import tunebook.tensor.Shape;

/// The programs of generation: prompts to a key/value cache, one token more, and what that needs of the parameters alone.
///
/// @param rows   B, sequences generated together
/// @param slots  S, cache slots of each
/// @param greedy whether decoding gives the likeliest tokens alone, without logits
/// @param streams whether the device has streamed products
public record DecodeGraphs(Blueprint model, int rows, int slots, boolean greedy, boolean streams) {
    /// Name of the cache's part `i`: keys of layer 0, values of layer 0, keys of layer 1, …
    static String cache(int i) {
        return "cache." + i;
    }

    /// Inputs: tokens, positions, segments [T], `sources` [B * S] (the token that each cache slot holds), `last` [B] (each prompt's last token).
    /// Outputs: the cache, `logits` [B, V] and the likeliest tokens, `next` [B] (the lowest id of equals).
    public Graph prefill(int tokens) {
        Graph g = new Graph("prefill");
        Modules m = model.modules(weights(g), Optional.empty());
        Tensor ids = g.parameter("tokens", DType.I32, Shape.of(tokens));
        Tensor positions = g.parameter("positions", DType.I32, Shape.of(tokens));
        Tensor segments = g.parameter("segments", DType.I32, Shape.of(tokens));
        Tensor sources = g.parameter("sources", DType.I32, Shape.of(rows * slots));
        Recording attention = new Recording(new FlatAttention(m.compute(), segments, positions));
        Tensor hidden = model.network().hidden(m, ids, positions, attention, false, Optional.of(g.parameter("last", DType.I32, Shape.of(rows))));
        for (int i = 0; i < attention.seen.size(); i++) {
            Tensor x = attention.seen.get(i); // [T, K, H]
            Tensor kept = x.takeRows(sources).reshape(rows, slots, x.dim(1), x.dim(2)).transpose(0, 2, 1, 3).reshape(rows * x.dim(1), slots, x.dim(2));
            g.output(cache(i), kept.to(m.compute().batchedDot()));
        }
        Tensor logits = model.network().logits(m, hidden);
        g.output("logits", logits);
        g.output("next", OpsReduce.argmaxLast(logits));
        return g;
    }

    /// Inputs: the cache, `slot_positions` [B, S], `tokens` [B], `positions` [B], `slot`, and what [#once] gives. Outputs: the cache and slot
    /// positions with the new token, and `next` or `logits` as [#prefill] gives them.
    public Graph decode() {
        return decode(new HashMap<>());
    }

    /// What [#decode] needs that is the same in each call until a parameter changes; without outputs where there is nothing.
    public Graph once() {
        Map<String, Function<Modules, Tensor>> values = new LinkedHashMap<>();
        decode(values);
        Graph g = new Graph("once");
        Weights weights = weights(g);
        values.forEach((name, value) -> g.output(name, value.apply(weights)));
        return g;
    }

    private Graph decode(Map<String, Function<Modules, Tensor>> once) {
        Graph g = new Graph("decode");
        Modules m = model.modules(weights(g).apart(once), Optional.empty());
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
        Tensor logits = model.network().logits(m, hidden);
        if (greedy) g.output("next", OpsReduce.argmaxLast(logits));
        else g.output("logits", logits);
        return g;
    }

    private Weights weights(Graph g) {
        return new Weights(g, streams ? model.compute().streaming() : model.compute(), Map.of(), model::type);
    }

    /// Lets another attention work and keeps the keys and values it is given.
    private static final class Recording implements Attention {
        private final Attention inner;
        private final List<Tensor> seen = new ArrayList<>();

        Recording(Attention inner) {
            this.inner = inner;
        }

        @Override
        public Tensor apply(int layer, Tensor q, Tensor k, Tensor v, Tensor window) {
            seen.add(k);
            seen.add(v);
            return inner.apply(layer, q, k, v, window);
        }
    }
}
