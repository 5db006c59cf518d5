package tunebook.gemma;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import tunebook.tensor.TunebookException;

/// The fields of a Gemma 3 `config.json` that its text network depends on, under their Hugging Face names in camelCase.
///
/// @param layerTypes for each layer whether it is `full_attention` (global) or `sliding_attention`
public record Gemma3Config(int vocabSize, int hiddenSize, int intermediateSize, int numHiddenLayers, int numAttentionHeads,
                           int numKeyValueHeads, int headDim, double rmsNormEps, double queryPreAttnScalar, int slidingWindow,
                           List<String> layerTypes, double ropeTheta, double ropeLocalBaseFreq, double ropeScalingFactor,
                           boolean tieWordEmbeddings, int maxPositionEmbeddings) {
    private static final String GLOBAL = "full_attention";
    private static final String LOCAL = "sliding_attention";

    /// Gemma 3 270M, and FunctionGemma.
    public static final Gemma3Config GEMMA_3_270M = new Gemma3Config(262144, 640, 2048, 18, 4, 1, 256, 1e-6, 256, 512, layerTypes(18, 6),
        1e6, 1e4, 1, true, 32768);

    public Gemma3Config {
        layerTypes = List.copyOf(layerTypes);
        if (layerTypes.size() != numHiddenLayers)
            throw bad("layer_types has another length than num_hidden_layers", layerTypes.size() + " and " + numHiddenLayers);
        if (numKeyValueHeads < 1 || numAttentionHeads % numKeyValueHeads != 0)
            throw bad("query heads are not a multiple of key/value heads", numAttentionHeads + " and " + numKeyValueHeads);
        if (headDim % 2 != 0) throw bad("head_dim is odd", "" + headDim);
    }

    /// Whether layer `i` sees the whole document rather than the sliding window.
    public boolean isGlobal(int i) {
        return layerTypes.get(i).equals(GLOBAL);
    }

    /// Every `pattern`-th layer global, the others sliding.
    public static List<String> layerTypes(int layers, int pattern) {
        return layerTypes(layers, i -> (i + 1) % pattern == 0);
    }

    static List<String> layerTypes(int layers, IntPredicate global) {
        return IntStream.range(0, layers).mapToObj(i -> global.test(i) ? GLOBAL : LOCAL).toList();
    }

    /// Reads either dialect of config.json (before and from transformers 5), nested under `text_config` or not.
    public static Gemma3Config parse(String json) {
        JsonNode root = tree(json);
        String type = root.path("model_type").asText("");
        if (!type.equals("gemma3") && !type.equals("gemma3_text"))
            throw bad("not a Gemma 3 text architecture", "model_type \"" + type + "\", architectures " + root.path("architectures"));
        JsonNode c = root.path("text_config").isObject() ? root.path("text_config") : root;
        for (String softcap : List.of("attn_logit_softcapping", "final_logit_softcapping"))
            if (c.hasNonNull(softcap)) throw bad("a soft cap that Gemma 3 does not have", softcap + " = " + c.get(softcap));
        if (!c.path("hidden_activation").asText("gelu_pytorch_tanh").equals("gelu_pytorch_tanh"))
            throw bad("another activation than GELU (tanh)", c.path("hidden_activation").toString());
        if (c.path("attention_bias").asBoolean(false)) throw bad("attention biases, which Gemma 3 does not have", "attention_bias = true");
        if (c.path("use_bidirectional_attention").asBoolean(false)) throw bad("not a causal model", "use_bidirectional_attention = true");
        return read(c, root);
    }

    /// `bos_token_id` of a config.json, empty where it has none.
    static OptionalInt bosTokenId(String json) {
        JsonNode root = tree(json);
        JsonNode id = root.path("bos_token_id").isInt() ? root.path("bos_token_id") : root.path("text_config").path("bos_token_id");
        return id.isInt() ? OptionalInt.of(id.asInt()) : OptionalInt.empty();
    }

    private static JsonNode tree(String json) {
        try {
            return new ObjectMapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw TunebookException.because(e, "Gemma3Config", "config.json is not JSON", e.getOriginalMessage(), "download it again");
        }
    }

    private static Gemma3Config read(JsonNode c, JsonNode root) {
        int layers = required(c, "num_hidden_layers").asInt();
        JsonNode full = c.path("rope_parameters").path(GLOBAL);
        JsonNode sliding = c.path("rope_parameters").path(LOCAL);
        JsonNode scaling = full.isObject() ? full : c.path("rope_scaling");
        String kind = scaling.path("rope_type").asText(scaling.path("type").asText("default"));
        if (!kind.equals("default") && !kind.equals("linear")) throw bad("a RoPE scaling that is not linear", scaling.toString());
        int headDim = c.path("head_dim").asInt(256);
        boolean tied = c.path("tie_word_embeddings").asBoolean(root.path("tie_word_embeddings").asBoolean(true));
        return new Gemma3Config(c.path("vocab_size").asInt(262208), required(c, "hidden_size").asInt(), required(c, "intermediate_size").asInt(), layers,
            c.path("num_attention_heads").asInt(8), c.path("num_key_value_heads").asInt(4), headDim, c.path("rms_norm_eps").asDouble(1e-6),
            c.path("query_pre_attn_scalar").asDouble(256), c.path("sliding_window").asInt(4096), types(c, layers),
            full.path("rope_theta").asDouble(c.path("rope_theta").asDouble(1e6)),
            sliding.path("rope_theta").asDouble(c.path("rope_local_base_freq").asDouble(1e4)),
            kind.equals("linear") ? scaling.path("factor").asDouble(1) : 1, tied, c.path("max_position_embeddings").asInt(131072));
    }

    private static List<String> types(JsonNode c, int layers) {
        if (!c.path("layer_types").isArray())
            return layerTypes(layers, c.path("sliding_window_pattern").asInt(c.path("_sliding_window_pattern").asInt(6)));
        List<String> out = new ArrayList<>();
        c.get("layer_types").forEach(t -> out.add(t.asText()));
        Optional<String> other = out.stream().filter(t -> !t.equals(GLOBAL) && !t.equals(LOCAL)).findFirst();
        if (other.isPresent()) throw bad("a layer type that Gemma 3 does not have", other.get());
        return out;
    }

    private static JsonNode required(JsonNode c, String field) {
        if (!c.path(field).isInt()) throw bad("a field is missing", field + " in " + c.path("model_type"));
        return c.get(field);
    }

    private static TunebookException bad(String wrong, String given) {
        return TunebookException.of("Gemma3Config", wrong, given, "use the config.json of a Gemma 3 model (270M, 1B, or the text part of 4B, 12B, 27B)");
    }

    /// A `config.json` of this, readable by transformers 4.50 and later.
    public String toJson() {
        return json().toPrettyString();
    }

    /// The fields of [#toJson] by name.
    Map<String, String> settings() {
        Map<String, String> out = new LinkedHashMap<>();
        json().properties().forEach(e -> out.put(e.getKey(), e.getValue().isTextual() ? e.getValue().textValue() : e.getValue().toString()));
        return out;
    }

    private ObjectNode json() {
        ObjectNode o = new ObjectMapper().createObjectNode();
        o.putArray("architectures").add("Gemma3ForCausalLM");
        o.put("model_type", "gemma3_text").put("vocab_size", vocabSize).put("hidden_size", hiddenSize).put("intermediate_size", intermediateSize)
            .put("num_hidden_layers", numHiddenLayers).put("num_attention_heads", numAttentionHeads).put("num_key_value_heads", numKeyValueHeads)
            .put("head_dim", headDim).put("rms_norm_eps", rmsNormEps).put("query_pre_attn_scalar", queryPreAttnScalar).put("sliding_window", slidingWindow)
            .put("rope_theta", ropeTheta).put("rope_local_base_freq", ropeLocalBaseFreq).put("tie_word_embeddings", tieWordEmbeddings)
            .put("max_position_embeddings", maxPositionEmbeddings).put("hidden_activation", "gelu_pytorch_tanh").put("attention_bias", false)
            .put("attention_dropout", 0.0).put("bos_token_id", 2).put("eos_token_id", 1).put("pad_token_id", 0).put("torch_dtype", "bfloat16");
        layerTypes.forEach(o.putArray("layer_types")::add);
        if (queryPreAttnScalar == Math.rint(queryPreAttnScalar)) o.put("query_pre_attn_scalar", (int) queryPreAttnScalar); // transformers insists on an integer
        if (ropeScalingFactor != 1) o.putObject("rope_scaling").put("rope_type", "linear").put("factor", ropeScalingFactor);
        return o;
    }
}
