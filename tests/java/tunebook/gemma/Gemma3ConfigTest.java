package tunebook.gemma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import tunebook.tensor.TunebookException;

class Gemma3ConfigTest {
    private static final String BEFORE_5 = """
        {"model_type": "gemma3_text", "vocab_size": 262144, "hidden_size": 640, "intermediate_size": 2048, "num_hidden_layers": 18, "num_attention_heads": 4,
         "num_key_value_heads": 1, "head_dim": 256, "rms_norm_eps": 1e-6, "query_pre_attn_scalar": 256, "sliding_window": 512, "sliding_window_pattern": 6,
         "rope_theta": 1000000.0, "rope_local_base_freq": 10000.0, "rope_scaling": null, "max_position_embeddings": 32768}""";
    private static final String FROM_5 = """
        {"model_type": "gemma3", "text_config": {"vocab_size": 262208, "hidden_size": 2560, "intermediate_size": 10240, "num_hidden_layers": 2,
         "num_attention_heads": 8, "num_key_value_heads": 4, "sliding_window": 1024, "layer_types": ["sliding_attention", "full_attention"],
         "rope_parameters": {"full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1000000.0},
                             "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}}}}""";

    private static void fails(String json, String... parts) {
        String message = assertThrows(TunebookException.class, () -> Gemma3Config.parse(json)).getMessage();
        for (String p : parts) assertTrue(message.contains(p), message);
    }

    @Test
    void theOlderDialectIsThe270M() {
        assertEquals(Gemma3Config.GEMMA_3_270M, Gemma3Config.parse(BEFORE_5));
    }

    @Test
    void theNewerDialectNestedUnderTextConfig() {
        Gemma3Config c = Gemma3Config.parse(FROM_5);
        assertEquals(List.of(false, true), List.of(c.isGlobal(0), c.isGlobal(1)));
        assertEquals(8, c.ropeScalingFactor());
        assertEquals(256, c.headDim());
        assertTrue(c.tieWordEmbeddings());
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        for (String json : List.of(BEFORE_5, FROM_5)) {
            Gemma3Config c = Gemma3Config.parse(json);
            assertEquals(c, Gemma3Config.parse(c.toJson()));
        }
        assertTrue(Gemma3Config.GEMMA_3_270M.toJson().contains("\"query_pre_attn_scalar\" : 256,"), "transformers takes an integer only");
    }

    @Test
    void anotherArchitectureIsNamed() {
        fails("{\"model_type\": \"llama\", \"architectures\": [\"LlamaForCausalLM\"]}", "not a Gemma 3 text architecture", "llama", "LlamaForCausalLM");
        fails("{", "config.json is not JSON");
        fails(BEFORE_5.replace("\"hidden_size\": 640, ", ""), "a field is missing", "hidden_size");
        fails(BEFORE_5.replace("\"rope_scaling\": null", "\"rope_scaling\": {\"rope_type\": \"yarn\"}"), "not linear", "yarn");
        fails(BEFORE_5.replace("\"head_dim\": 256", "\"head_dim\": 256, \"final_logit_softcapping\": 30.0"), "soft cap", "30.0");
        fails(FROM_5.replace("\"full_attention\"]", "\"chunked_attention\"]"), "layer type", "chunked_attention");
        fails(FROM_5.replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3"), "another length");
    }
}
