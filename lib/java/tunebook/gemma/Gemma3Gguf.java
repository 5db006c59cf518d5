package tunebook.gemma;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import tunebook.data.JinjaTemplate;
import tunebook.io.Gguf;
import tunebook.io.GgufMetadata;
import tunebook.io.GgufWriter;
import tunebook.model.ModelFiles;
import tunebook.quant.BlockFormat;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;
import tunebook.tokenizer.GgufTokenizer;

/// Gemma 3 in a GGUF file: keys and tensor names as llama.cpp's `conversion/gemma.py` writes them and `src/models/gemma3.cpp` reads them.
///
/// Norm weights are stored plus one and in F32, whatever the others have.
public final class Gemma3Gguf {
    private static final int PATTERN = 6; // where the file has none
    private static final Map<String, String> NAMES = Map.ofEntries(
        Map.entry("input_layernorm", "attn_norm"), Map.entry("post_attention_layernorm", "post_attention_norm"),
        Map.entry("pre_feedforward_layernorm", "ffn_norm"), Map.entry("post_feedforward_layernorm", "post_ffw_norm"),
        Map.entry("self_attn.q_norm", "attn_q_norm"), Map.entry("self_attn.k_norm", "attn_k_norm"),
        Map.entry("self_attn.q_proj", "attn_q"), Map.entry("self_attn.k_proj", "attn_k"), Map.entry("self_attn.v_proj", "attn_v"),
        Map.entry("self_attn.o_proj", "attn_output"), Map.entry("mlp.gate_proj", "ffn_gate"), Map.entry("mlp.up_proj", "ffn_up"),
        Map.entry("mlp.down_proj", "ffn_down"));
    /// llama.cpp's numbers of the formats that a file can be in as a whole (`llama_ftype`).
    private static final Map<BlockFormat, Integer> FILE_TYPES = Map.of(BlockFormat.F32, 0, BlockFormat.F16, 1, BlockFormat.Q8_0, 7, BlockFormat.BF16, 32);

    private Gemma3Gguf() {}

    /// The tensor name of the parameter at `path`.
    static String name(String path) {
        if (path.equals("model.embed_tokens.weight")) return "token_embd.weight";
        if (path.equals("model.norm.weight")) return "output_norm.weight";
        if (path.equals("lm_head.weight")) return "output.weight";
        String[] parts = path.split("\\.", 4); // model.layers.3.rest.weight
        String module = parts[3].substring(0, parts[3].length() - ".weight".length());
        return "blk." + parts[2] + "." + Optional.ofNullable(NAMES.get(module)).orElseThrow() + ".weight";
    }

    static Gemma3Config config(Gguf gguf) {
        GgufMetadata m = gguf.metadata();
        String architecture = m.string("general.architecture");
        if (!architecture.equals("gemma3"))
            throw TunebookException.of("Gemma3.load", "not a Gemma 3 file", "general.architecture is \"" + architecture + "\"", "give a GGUF file of a Gemma 3 model");
        int layers = m.integer("gemma3.block_count");
        int heads = m.integer("gemma3.attention.head_count");
        int headDim = m.integer("gemma3.attention.key_length");
        int hidden = m.integer("gemma3.embedding_length");
        return new Gemma3Config(gguf.tensor("token_embd.weight").shape().dim(0), hidden, m.integer("gemma3.feed_forward_length"), layers, heads,
            m.integer("gemma3.attention.head_count_kv"), headDim, number(m, "gemma3.attention.layer_norm_rms_epsilon", 1e-6), queryScalar(layers, hidden, heads, headDim),
            m.findInteger("gemma3.attention.sliding_window").orElse(1024), layerTypes(m, layers), number(m, "gemma3.rope.freq_base", 1e6),
            number(m, "gemma3.rope.freq_base_swa", 1e4), number(m, "gemma3.rope.scaling.factor", 1), !gguf.contains("output.weight"),
            m.findInteger("gemma3.context_length").orElse(32768));
    }

    /// The decimal number that was meant by one in F32: 1e-6, not 9.999999974752427e-7.
    private static double number(GgufMetadata m, String key, double otherwise) {
        return m.findNumber(key).map(n -> Double.parseDouble(Float.toString(n.floatValue()))).orElse(otherwise);
    }

    /// llama.cpp scales queries by head_dim^-0.5, but the 27B by (hidden/heads)^-0.5.
    private static double queryScalar(int layers, int hidden, int heads, int headDim) {
        return layers == 62 ? hidden / (double) heads : headDim;
    }

    private static List<String> layerTypes(GgufMetadata m, int layers) {
        String key = "gemma3.attention.sliding_window_pattern";
        if (!m.contains(key)) return Gemma3Config.layerTypes(layers, PATTERN);
        boolean[] sliding = m.bools(key);
        return Gemma3Config.layerTypes(layers, i -> i >= sliding.length || !sliding[i]);
    }

    /// Puts a model into `to`: matrices in `format`, norms in F32, tokenizer and chat template of `source` (a folder or a GGUF file).
    ///
    /// @return why llama.cpp cannot run the tokenizer; empty where it can
    /// @throws TunebookException where llama.cpp's Gemma 3 is another than `network`
    public static Optional<String> write(Gemma3Network network, ModelFiles files, Path source, BlockFormat format, GgufWriter to) {
        Gemma3Config c = network.config();
        check(c);
        to.string("general.architecture", "gemma3").string("general.type", "model").string("general.name", source.toAbsolutePath().getFileName().toString())
            .u32("gemma3.context_length", c.maxPositionEmbeddings()).u32("gemma3.embedding_length", c.hiddenSize()).u32("gemma3.block_count", c.numHiddenLayers())
            .u32("gemma3.feed_forward_length", c.intermediateSize()).u32("gemma3.attention.head_count", c.numAttentionHeads())
            .u32("gemma3.attention.head_count_kv", c.numKeyValueHeads()).f32("gemma3.attention.layer_norm_rms_epsilon", (float) c.rmsNormEps())
            .u32("gemma3.attention.key_length", c.headDim()).u32("gemma3.attention.value_length", c.headDim()).u32("gemma3.vocab_size", c.vocabSize())
            .f32("gemma3.rope.freq_base", (float) c.ropeTheta()).f32("gemma3.rope.freq_base_swa", (float) c.ropeLocalBaseFreq())
            .u32("gemma3.attention.sliding_window", c.slidingWindow());
        if (!c.layerTypes().equals(Gemma3Config.layerTypes(c.numHiddenLayers(), PATTERN)))
            to.bools("gemma3.attention.sliding_window_pattern", c.layerTypes().stream().map(t -> t.startsWith("sliding")).toList());
        if (c.ropeScalingFactor() != 1) to.string("gemma3.rope.scaling.type", "linear").f32("gemma3.rope.scaling.factor", (float) c.ropeScalingFactor());
        to.u32("general.file_type", Optional.ofNullable(FILE_TYPES.get(format)).orElseThrow(() -> bad("GGUF files are not written in " + format, format.toString(),
            "choose F32, F16, BF16 or Q8_0")));
        if (format == BlockFormat.Q8_0) to.u32("general.quantization_version", 2);
        Optional<String> fault = tokenizer(source, c.vocabSize(), to);
        network.parameters().forEach((path, shape) -> tensor(files, path, shape, format, to));
        return fault;
    }

    private static void check(Gemma3Config c) {
        double scalar = queryScalar(c.numHiddenLayers(), c.hiddenSize(), c.numAttentionHeads(), c.headDim());
        if (c.queryPreAttnScalar() != scalar)
            throw bad("llama.cpp scales queries of Gemma 3 in its own way", "query_pre_attn_scalar " + c.queryPreAttnScalar() + ", there " + scalar, "export a Hugging Face folder");
    }

    private static Optional<String> tokenizer(Path source, int rows, GgufWriter to) {
        if (Files.isDirectory(source)) {
            JinjaTemplate.text(source).ifPresent(text -> to.string("tokenizer.chat_template", text));
            return GgufTokenizer.write(source, rows, to);
        }
        try (Gguf from = Gguf.open(source)) {
            GgufTokenizer.copy(from.metadata(), to);
            return Optional.empty();
        }
    }

    private static void tensor(ModelFiles files, String path, Shape shape, BlockFormat format, GgufWriter to) {
        boolean norm = shape.rank() == 1;
        Supplier<HostArray> array = () -> norm ? plusOne(files.tensor(files.name(path))) : files.tensor(files.name(path));
        to.tensor(name(path), DType.F32, shape, array, norm ? BlockFormat.F32 : format);
    }

    private static HostArray plusOne(HostArray norm) {
        float[] values = norm.toFloats();
        for (int i = 0; i < values.length; i++) values[i] += 1;
        return HostArray.of(values);
    }

    private static TunebookException bad(String wrong, String given, String remedy) {
        return TunebookException.of("Export.gguf", wrong, given, remedy);
    }
}
