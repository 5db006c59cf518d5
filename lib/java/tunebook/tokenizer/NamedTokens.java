package tunebook.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tunebook.io.GgufMetadata;
import tunebook.tensor.TunebookException;

/// What a model calls its beginning, end and padding tokens.
record NamedTokens(String bos, String eos, String pad) {
    /// Gemma's names.
    static final NamedTokens GEMMA = new NamedTokens("<bos>", "<eos>", "<pad>");

    /// As `tokenizer_config.json` beside the tokenizer says, then `special_tokens_map.json`, then Gemma's names.
    static NamedTokens beside(Path tokenizerJson) {
        Path folder = tokenizerJson.toAbsolutePath().getParent();
        JsonNode config = read(folder.resolve("tokenizer_config.json"));
        JsonNode map = read(folder.resolve("special_tokens_map.json"));
        return new NamedTokens(name(config, map, "bos_token", GEMMA.bos), name(config, map, "eos_token", GEMMA.eos),
            name(config, map, "pad_token", GEMMA.pad));
    }

    /// As a GGUF file's `tokenizer.ggml.*_token_id` say of `vocabulary`, then Gemma's names.
    static NamedTokens of(GgufMetadata metadata, Vocabulary vocabulary) {
        return new NamedTokens(name(metadata, vocabulary, "bos", GEMMA.bos), name(metadata, vocabulary, "eos", GEMMA.eos), name(metadata, vocabulary, "padding", GEMMA.pad));
    }

    private static String name(GgufMetadata metadata, Vocabulary vocabulary, String which, String otherwise) {
        return metadata.findInteger("tokenizer.ggml." + which + "_token_id").map(vocabulary::token).orElse(otherwise);
    }

    /// A `tokenizer_config.json` that says so.
    String json() {
        return new ObjectMapper().createObjectNode().put("tokenizer_class", "PreTrainedTokenizerFast").put("bos_token", bos).put("eos_token", eos).put("pad_token", pad)
            .put("clean_up_tokenization_spaces", false).toPrettyString() + "\n";
    }

    private static String name(JsonNode config, JsonNode map, String field, String otherwise) {
        for (JsonNode source : new JsonNode[] {config, map}) {
            JsonNode value = source.path(field);
            if (value.isTextual()) return value.asText();
            if (value.path("content").isTextual()) return value.path("content").asText();
        }
        return otherwise;
    }

    private static JsonNode read(Path file) {
        if (!Files.isRegularFile(file)) return new ObjectMapper().createObjectNode();
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw TunebookException.because(e, "Tokenizer.load", "the file beside the tokenizer is not JSON", file.toString(),
                "mend the file or take it away");
        }
    }
}
