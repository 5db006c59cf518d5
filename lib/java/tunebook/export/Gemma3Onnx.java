package tunebook.export;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.List;
import tunebook.gemma.Gemma3Config;
import tunebook.gemma.Gemma3Network;

/// Gemma 3 as an ONNX graph without a cache: `input_ids` [batch, sequence] I64 → `logits` [batch, sequence, V] F32.
///
/// All arithmetic is F32. Weights keep their Hugging Face names and their [out, in] form. Every row of a batch is one text from its first token; shorter
/// ones may be filled up at their end, where no earlier token sees what is there.
final class Gemma3Onnx {
    private static final String IDS = "input_ids", LOGITS = "logits";

    private final Gemma3Config c;
    private final OnnxGraph g;
    /// Query heads of one key/value head.
    private final int group;

    private Gemma3Onnx(Gemma3Config config, OnnxGraph graph) {
        this.c = config;
        this.g = graph;
        this.group = config.numAttentionHeads() / config.numKeyValueHeads();
    }

    /// The model's bytes; `weightsFile` holds the parameters' F32 numbers in the order of [Gemma3Network#parameters].
    static byte[] write(Gemma3Network network, String weightsFile) {
        OnnxGraph g = new OnnxGraph(weightsFile);
        network.parameters().forEach(g::weight);
        new Gemma3Onnx(network.config(), g).build(network.headPath());
        return g.model();
    }

    private record Rope(String cos, String sin) {}

    private void build(String headPath) {
        g.input(IDS, DataType.INT64, "batch", "sequence");
        String shape = g.node("Shape", List.of(IDS));
        String length = g.node("Gather", List.of(shape, g.integer(1)), "axis", 0);
        String counted = g.node("Range", List.of(g.integer(0), length, g.integer(1)));
        String positions = g.node("Reshape", List.of(g.node("Cast", List.of(counted), "to", DataType.FLOAT.getNumber()), g.ints(-1, 1))); // [S, 1]
        Rope local = rope("local", positions, c.ropeLocalBaseFreq(), 1);
        Rope global = rope("global", positions, c.ropeTheta(), c.ropeScalingFactor());
        String distance = g.node("Sub", List.of(positions, g.node("Reshape", List.of(positions, g.ints(1, -1))))); // [S, S], query minus key
        String all = g.node("GreaterOrEqual", List.of(distance, g.scalar(0)));
        String near = g.node("And", List.of(all, g.node("Less", List.of(distance, g.scalar(c.slidingWindow())))));
        String x = mul(g.node("Gather", List.of("model.embed_tokens.weight", g.node("Reshape", List.of(IDS, g.ints(-1)))), "axis", 0), g.scalar(Math.sqrt(c.hiddenSize()))); // [T, D]
        for (int i = 0; i < c.numHiddenLayers(); i++) x = block("model.layers." + i + ".", x, shape, c.isGlobal(i) ? global : local, bias(c.isGlobal(i) ? all : near));
        String logits = linear(norm(x, "model.norm"), headPath);
        g.named(LOGITS, "Reshape", List.of(logits, g.node("Concat", List.of(shape, g.ints(c.vocabSize())), "axis", 0)));
        g.output(LOGITS, DataType.FLOAT, "batch", "sequence", c.vocabSize());
    }

    private Rope rope(String name, String positions, double theta, double factor) {
        int half = c.headDim() / 2;
        float[] frequency = new float[half];
        for (int i = 0; i < half; i++) frequency[i] = (float) (1 / Math.pow(theta, 2.0 * i / c.headDim()) / factor);
        String angle = mul(positions, g.floats("frequencies " + name, List.of(1, half), frequency)); // [S, H/2]
        return new Rope(g.node("Cos", List.of(angle)), g.node("Sin", List.of(angle)));
    }

    private String bias(String seen) {
        return g.node("Where", List.of(seen, g.scalar(0), g.scalar(-1e30)));
    }

    private String block(String layer, String x, String shape, Rope rope, String bias) {
        String a = attend(layer + "self_attn.", norm(x, layer + "input_layernorm"), shape, rope, bias);
        String h = add(x, norm(a, layer + "post_attention_layernorm"));
        String in = norm(h, layer + "pre_feedforward_layernorm");
        String gated = mul(gelu(linear(in, layer + "mlp.gate_proj.weight")), linear(in, layer + "mlp.up_proj.weight"));
        return add(h, norm(linear(gated, layer + "mlp.down_proj.weight"), layer + "post_feedforward_layernorm"));
    }

    private String attend(String path, String x, String shape, Rope rope, String bias) {
        String queries = turned(norm(heads(linear(x, path + "q_proj.weight"), shape, group), path + "q_norm"), rope); // [B, K, G, S, H]
        String keys = turned(norm(heads(linear(x, path + "k_proj.weight"), shape, 1), path + "k_norm"), rope); // [B, K, 1, S, H]
        String values = headsFirst(heads(linear(x, path + "v_proj.weight"), shape, 1));
        String scores = g.node("MatMul", List.of(mul(queries, g.scalar(1 / Math.sqrt(c.queryPreAttnScalar()))), g.node("Transpose", List.of(keys), "perm", List.of(0, 1, 2, 4, 3))));
        String mixed = g.node("MatMul", List.of(g.node("Softmax", List.of(add(scores, bias)), "axis", -1), values));
        String rows = g.node("Transpose", List.of(mixed), "perm", List.of(0, 3, 1, 2, 4)); // [B, S, K, G, H]
        return linear(g.node("Reshape", List.of(rows, g.ints(-1, c.numAttentionHeads() * c.headDim()))), path + "o_proj.weight");
    }

    /// [T, heads * H] → [B, S, K, each, H].
    private String heads(String x, String shape, int each) {
        return g.node("Reshape", List.of(x, g.node("Concat", List.of(shape, g.ints(c.numKeyValueHeads(), each, c.headDim())), "axis", 0)));
    }

    private String headsFirst(String x) {
        return g.node("Transpose", List.of(x), "perm", List.of(0, 2, 3, 1, 4));
    }

    private String turned(String x, Rope rope) {
        List<String> halves = g.nodes("Split", List.of(headsFirst(x)), 2, "axis", -1);
        String a = halves.get(0), b = halves.get(1);
        return g.node("Concat", List.of(g.node("Sub", List.of(mul(a, rope.cos), mul(b, rope.sin))), add(mul(b, rope.cos), mul(a, rope.sin))), "axis", -1);
    }

    private String norm(String x, String module) {
        String squares = g.node("ReduceMean", List.of(mul(x, x)), "axes", List.of(-1), "keepdims", 1);
        String normalised = g.node("Div", List.of(x, g.node("Sqrt", List.of(add(squares, g.scalar(c.rmsNormEps()))))));
        return mul(normalised, add(module + ".weight", g.scalar(1)));
    }

    /// The tanh form.
    private String gelu(String x) {
        String inner = mul(mul(x, g.scalar(Math.sqrt(2 / Math.PI))), add(mul(mul(x, x), g.scalar(0.044715)), g.scalar(1)));
        return mul(mul(x, g.scalar(0.5)), add(g.node("Tanh", List.of(inner)), g.scalar(1)));
    }

    private String linear(String x, String weight) {
        return g.node("Gemm", List.of(x, weight), "transB", 1);
    }

    private String add(String a, String b) {
        return g.node("Add", List.of(a, b));
    }

    private String mul(String a, String b) {
        return g.node("Mul", List.of(a, b));
    }
}
