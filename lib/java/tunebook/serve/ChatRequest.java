package tunebook.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tunebook.data.Row;
import tunebook.generate.Sampling;
import tunebook.model.LanguageModel;
import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;

/// What a client asks for. Fields that would change the answer and are not understood are refused, not passed over.
///
/// @param prompt    [T] token ids, as training would have written the conversation
/// @param maxTokens of the answer; 256 where nothing is said
/// @param sampling  greedy where no temperature is given
/// @param stream    whether the answer is wanted piece by piece
/// @param usage     whether a stream is to end in a count of tokens
record ChatRequest(int[] prompt, int maxTokens, Sampling sampling, boolean stream, boolean usage) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_TOKENS = 256;
    private static final List<String> KNOWN = List.of("messages", "tools", "max_tokens", "max_completion_tokens", "temperature", "top_p", "seed", "stream", "stream_options");
    /// Without influence on the text.
    private static final Set<String> IGNORED = Set.of("model", "user", "metadata", "store", "parallel_tool_calls");

    /// @throws TunebookException if it is no such request, asks for what is not understood, or if the model's chat format cannot write its conversation
    static ChatRequest read(String body, LanguageModel model) {
        Row row = Row.parse(body); // the same fields as a row of data
        if (!(row instanceof Row.Conversation c)) throw refused("the request has no messages", "prompt and completion", "send messages");
        JsonNode json = parse(body);
        json.properties().forEach(e -> {
            boolean plain = e.getKey().equals("tool_choice") && e.getValue().asText().equals("auto") || e.getKey().equals("n") && e.getValue().asInt() == 1;
            if (!KNOWN.contains(e.getKey()) && !IGNORED.contains(e.getKey()) && !e.getValue().isNull() && !plain)
                throw refused("a field is not understood", e.getKey() + ": " + e.getValue(), "leave it out; understood are " + KNOWN);
        });
        double temperature = number(json, "temperature").orElse(0.0);
        Seed seed = Seed.of(number(json, "seed").map(Double::longValue).orElseGet(System::nanoTime));
        Sampling sampling = Sampling.temperature(temperature, seed).topP(number(json, "top_p").orElse(1.0));
        int maxTokens = number(json, "max_completion_tokens").or(() -> number(json, "max_tokens")).map(Double::intValue).orElse(MAX_TOKENS);
        if (maxTokens < 1) throw refused("max_tokens is below 1", "" + maxTokens, "ask for 1 or more");
        int[] prompt = model.tokenizer().encode(model.template().render(c.messages(), c.tools(), true));
        return new ChatRequest(prompt, maxTokens, sampling, json.path("stream").asBoolean(), json.path("stream_options").path("include_usage").asBoolean());
    }

    private static JsonNode parse(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e); // Row.parse has read it
        }
    }

    private static Optional<Double> number(JsonNode json, String field) {
        JsonNode value = json.path(field);
        if (value.isMissingNode() || value.isNull()) return Optional.empty();
        if (!value.isNumber()) throw refused("a field is no number", field + ": " + value, "send a number");
        return Optional.of(value.doubleValue());
    }

    private static TunebookException refused(String wrong, String given, String remedy) {
        return TunebookException.of("ChatServer", wrong, given, remedy);
    }

    /// `value` on one line.
    static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e); // maps, lists, texts and numbers
        }
    }
}
