package tunebook.serve;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import tunebook.data.StopTokens;
import tunebook.data.ToolCall;
import tunebook.data.ToolCallText;
import tunebook.generate.Generated;
import tunebook.generate.Generator;
import tunebook.model.LanguageModel;
import tunebook.tokenizer.StreamDecoder;
import tunebook.tokenizer.Tokenizer;

/// One answer on its way: text goes out as it comes, function calls when they are whole. Control tokens outside of calls stay here.
final class ChatAnswer {
    private final LanguageModel model;
    private final ChatRequest request;
    private final Consumer<Map<String, Object>> chunks;
    private final String id = "chatcmpl-" + UUID.randomUUID();
    private final long created = System.currentTimeMillis() / 1000;
    private final StreamDecoder decoder;
    private final StringBuilder content = new StringBuilder();
    private final List<ToolCall> calls = new ArrayList<>();
    /// The tokens of the call that is being written; empty outside of calls.
    private final List<Integer> call = new ArrayList<>();
    private Generated generated;

    /// @param chunks is given each piece of a stream
    ChatAnswer(LanguageModel model, ChatRequest request, Consumer<Map<String, Object>> chunks) {
        this.model = model;
        this.request = request;
        this.chunks = chunks;
        this.decoder = model.tokenizer().stream();
    }

    /// Generates it.
    ChatAnswer write(Generator generator) {
        generated = generator.generate(List.of(request.prompt()), request.maxTokens(), StopTokens.of(model.tokenizer()), request.sampling(), (_, token) -> take(token)).getFirst();
        if (!call.isEmpty()) endCall();
        give(decoder.finish());
        return this;
    }

    private void take(int token) {
        Tokenizer tokenizer = model.tokenizer();
        String name = tokenizer.token(token);
        if (!call.isEmpty() || name.equals(ToolCallText.START)) call.add(token);
        else if (!tokenizer.isSpecial(token)) give(decoder.add(token));
        if (!call.isEmpty() && name.equals(ToolCallText.END)) endCall();
    }

    /// What was to be a call and is none goes out as text: nothing that the model wrote is lost.
    private void endCall() {
        String text = model.tokenizer().decode(call.stream().mapToInt(Integer::intValue).toArray());
        ToolCallText.Parsed parsed = ToolCallText.parse(text);
        if (parsed.problems().isEmpty()) calls.addAll(parsed.calls());
        else give(decoder.finish() + text);
        call.clear();
    }

    private void give(String text) {
        if (text.isEmpty()) return;
        content.append(text);
        chunks.accept(chunk(Map.of("content", text), null));
    }

    /// Who speaks: the first chunk of a stream.
    void opening() {
        chunks.accept(chunk(Map.of("role", "assistant", "content", ""), null));
    }

    /// The calls, why it ended and, where that was asked for, the count of tokens: the last chunks of a stream.
    void closing() {
        if (!calls.isEmpty()) chunks.accept(chunk(Map.of("tool_calls", calls(true)), null));
        chunks.accept(chunk(Map.of(), finish()));
        if (!request.usage()) return;
        Map<String, Object> last = frame("chat.completion.chunk", List.of());
        last.put("usage", usage());
        chunks.accept(last);
    }

    /// The whole answer.
    Map<String, Object> whole() {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", "assistant");
        message.put("content", content.toString());
        if (!calls.isEmpty()) message.put("tool_calls", calls(false));
        Map<String, Object> answer = frame("chat.completion", List.of(Map.of("index", 0, "message", message, "finish_reason", finish())));
        answer.put("usage", usage());
        return answer;
    }

    private Map<String, Object> chunk(Map<String, Object> delta, String finish) {
        Map<String, Object> choice = new LinkedHashMap<>();
        choice.put("index", 0);
        choice.put("delta", delta);
        choice.put("finish_reason", finish);
        return frame("chat.completion.chunk", List.of(choice));
    }

    private Map<String, Object> frame(String object, List<Map<String, Object>> choices) {
        Map<String, Object> frame = new LinkedHashMap<>();
        frame.put("id", id);
        frame.put("object", object);
        frame.put("created", created);
        frame.put("model", model.name());
        frame.put("choices", choices);
        return frame;
    }

    private List<Map<String, Object>> calls(boolean numbered) {
        List<Map<String, Object>> out = new ArrayList<>();
        for (ToolCall call : calls) {
            Map<String, Object> one = new LinkedHashMap<>();
            if (numbered) one.put("index", out.size());
            one.put("id", "call_" + out.size() + "_" + id.substring(id.length() - 8));
            one.put("type", "function");
            one.put("function", Map.of("name", call.name(), "arguments", ChatRequest.json(call.arguments())));
            out.add(one);
        }
        return out;
    }

    private String finish() {
        if (generated.finish() != Generated.Finish.STOP_TOKEN) return "length";
        return calls.isEmpty() ? "stop" : "tool_calls";
    }

    private Map<String, Integer> usage() {
        int asked = request.prompt().length, written = generated.tokens().length;
        return Map.of("prompt_tokens", asked, "completion_tokens", written, "total_tokens", asked + written);
    }
}
