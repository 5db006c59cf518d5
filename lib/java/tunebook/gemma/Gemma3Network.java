package tunebook.gemma;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import tunebook.graph.OpsIndex;
import tunebook.graph.OpsShape;
import tunebook.graph.Tensor;
import tunebook.nn.Attention;
import tunebook.nn.CausalLm;
import tunebook.nn.Compute;
import tunebook.nn.Embedding;
import tunebook.nn.GatedMlp;
import tunebook.nn.LayerLoop;
import tunebook.nn.Modules;
import tunebook.nn.RmsNorm;
import tunebook.nn.Rope;
import tunebook.tensor.Bfloat16;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;

/// Gemma 3's text network (Gemma Team 2025, "Gemma 3 Technical Report", section 2; transformers `modeling_gemma3.py` at 4.50 is the reference).
public record Gemma3Network(Gemma3Config config) implements CausalLm {
    private static final String EMBEDDING = "model.embed_tokens.weight";
    private static final List<String> NORMS = List.of("input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm");

    @Override
    public String name() {
        return "Gemma3(" + config.numHiddenLayers() + " layers, hidden " + config.hiddenSize() + ")";
    }

    /// What results depend on besides parameters, where products are computed as `compute` says.
    Map<String, String> settings(Compute compute) {
        Map<String, String> out = config.settings();
        out.put("compute", compute.toString());
        return out;
    }

    @Override
    public int layers() {
        return config.numHiddenLayers();
    }

    @Override
    public int vocabSize() {
        return config.vocabSize();
    }

    @Override
    public int numKeyValueHeads() {
        return config.numKeyValueHeads();
    }

    @Override
    public int headDim() {
        return config.headDim();
    }

    @Override
    public String headPath() {
        return config.tieWordEmbeddings() ? EMBEDDING : "lm_head.weight";
    }

    @Override
    public Map<String, Shape> parameters() {
        Map<String, Shape> out = new LinkedHashMap<>();
        out.put(EMBEDDING, Shape.of(config.vocabSize(), config.hiddenSize()));
        for (int i = 0; i < config.numHiddenLayers(); i++) {
            String layer = layer(i);
            for (String norm : NORMS) out.put(layer + norm + ".weight", Shape.of(config.hiddenSize()));
            out.put(layer + "self_attn.q_norm.weight", Shape.of(config.headDim()));
            out.put(layer + "self_attn.k_norm.weight", Shape.of(config.headDim()));
            linear(layer).forEach((module, shape) -> out.put(module + ".weight", shape));
        }
        out.put("model.norm.weight", Shape.of(config.hiddenSize()));
        if (!config.tieWordEmbeddings()) out.put("lm_head.weight", Shape.of(config.vocabSize(), config.hiddenSize()));
        return out;
    }

    @Override
    public List<String> linearModules() {
        List<String> out = new ArrayList<>();
        for (int i = 0; i < config.numHiddenLayers(); i++) out.addAll(linear(layer(i)).keySet());
        return out;
    }

    private static String layer(int i) {
        return "model.layers." + i + ".";
    }

    private Map<String, Shape> linear(String layer) {
        int d = config.hiddenSize();
        int q = config.numAttentionHeads() * config.headDim();
        int kv = config.numKeyValueHeads() * config.headDim();
        Map<String, Shape> out = new LinkedHashMap<>();
        out.put(layer + "self_attn.q_proj", Shape.of(q, d));
        out.put(layer + "self_attn.k_proj", Shape.of(kv, d));
        out.put(layer + "self_attn.v_proj", Shape.of(kv, d));
        out.put(layer + "self_attn.o_proj", Shape.of(d, q));
        out.put(layer + "mlp.gate_proj", Shape.of(config.intermediateSize(), d));
        out.put(layer + "mlp.up_proj", Shape.of(config.intermediateSize(), d));
        out.put(layer + "mlp.down_proj", Shape.of(d, config.intermediateSize()));
        return out;
    }

    @Override
    public Tensor hidden(Modules m, Tensor tokens, Tensor positions, Attention attention, boolean checkpoint, Optional<Tensor> asked) {
        Kind local = new Kind(Rope.of(positions, config.headDim(), config.ropeLocalBaseFreq(), 1), m.graph().scalar(DType.I32, config.slidingWindow()));
        Kind global = new Kind(Rope.of(positions, config.headDim(), config.ropeTheta(), config.ropeScalingFactor()), m.graph().scalar(DType.I32, Integer.MAX_VALUE));
        int last = config.numHiddenLayers() - 1;
        Tensor embedded = embed(m, tokens);
        Optional<Tensor> looped = checkpoint ? loop(m, last, embedded, local, global, attention) : Optional.empty();
        Tensor x = looped.orElse(embedded);
        for (int i = looped.isPresent() ? last : 0; i <= last; i++) {
            int n = i;
            Tensor in = x;
            Kind kind = config.isGlobal(i) ? global : local;
            Optional<Tensor> rows = i == last ? asked : Optional.empty();
            x = checkpoint ? m.graph().checkpoint(() -> block(m, n, in, kind, attention, rows)) : block(m, n, in, kind, attention, rows);
        }
        return norm(m, x, "model.norm");
    }

    /// What distinguishes local layers from global ones.
    ///
    /// @param window I32 scalar, how many positions back a query sees
    private record Kind(Rope rope, Tensor window) {}

    /// The first `layers` layers as a loop, where they can be one.
    private Optional<Tensor> loop(Modules m, int layers, Tensor x, Kind local, Kind global, Attention attention) {
        Tensor kinds = m.graph().literal(HostArray.of(IntStream.range(0, layers).map(i -> config.isGlobal(i) ? 1 : 0).toArray(), layers));
        List<Tensor> shared = new ArrayList<>(List.of(OpsShape.stack(List.of(local.rope().cos(), global.rope().cos())),
            OpsShape.stack(List.of(local.rope().sin(), global.rope().sin())), m.graph().literal(HostArray.of(new int[] {config.slidingWindow(), Integer.MAX_VALUE}, 2))));
        shared.addAll(attention.reads());
        return LayerLoop.apply(m, layers, x, List.of(kinds), shared, (modules, i, in, each, s) -> {
            List<Tensor> kind = s.subList(0, 3).stream().map(t -> OpsIndex.row(t, each.getFirst())).toList();
            return block(modules, i, in, new Kind(new Rope(kind.get(0), kind.get(1)), kind.get(2)), attention.over(s.subList(3, s.size())), Optional.empty());
        });
    }

    /// Rows of the embedding times sqrt(hidden) rounded to the arithmetic's type.
    private Tensor embed(Modules m, Tensor tokens) {
        Tensor rows = Embedding.rows(m.weight(EMBEDDING), tokens);
        float scale = (float) Math.sqrt(config.hiddenSize());
        return rows.to(DType.F32).mul(m.compute().dot() == DType.BF16 ? Bfloat16.toFloat(Bfloat16.fromFloat(scale)) : scale);
    }

    /// Layer `i`, its result for `rows` alone.
    private Tensor block(Modules m, int i, Tensor x, Kind kind, Attention attention, Optional<Tensor> rows) {
        String layer = layer(i);
        Tensor seen = take(attend(m, i, norm(m, x, layer + "input_layernorm"), kind, attention), rows);
        Tensor a = m.linear(seen, layer + "self_attn.o_proj").to(m.compute().dot());
        Tensor h = take(x, rows).add(norm(m, a, layer + "post_attention_layernorm"));
        Tensor f = GatedMlp.apply(m, norm(m, h, layer + "pre_feedforward_layernorm"), layer + "mlp");
        return h.add(norm(m, f, layer + "post_feedforward_layernorm"));
    }

    private static Tensor take(Tensor x, Optional<Tensor> rows) {
        return rows.map(x::takeRows).orElse(x);
    }

    /// Attention before its output projection: [T, N * H] F32.
    private Tensor attend(Modules m, int i, Tensor x, Kind kind, Attention attention) {
        String path = layer(i) + "self_attn.";
        int q = config.numAttentionHeads();
        int k = config.numKeyValueHeads();
        Tensor all = heads(m.linear(x, List.of(path + "q_proj", path + "k_proj", path + "v_proj")).to(m.compute().dot()), q + 2 * k);
        Tensor queries = kind.rope().apply(norm(m, all.slice(1, 0, q), path + "q_norm")).mul(1 / Math.sqrt(config.queryPreAttnScalar()));
        Tensor keys = kind.rope().apply(norm(m, all.slice(1, q, q + k), path + "k_norm"));
        Tensor values = all.slice(1, q + k, q + 2 * k).to(DType.F32);
        return attention.apply(i, queries, keys, values, kind.window());
    }

    private Tensor heads(Tensor x, int heads) {
        return x.reshape(x.dim(0), heads, config.headDim());
    }

    private Tensor norm(Modules m, Tensor x, String module) {
        return RmsNorm.apply(x, m.weight(module + ".weight"), config.rmsNormEps());
    }
}
