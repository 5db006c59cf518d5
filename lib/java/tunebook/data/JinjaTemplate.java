package tunebook.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tunebook.io.TextFiles;
import tunebook.jinja.Jinja;
import tunebook.tensor.TunebookException;

/// A model's own chat template, written in Jinja2, rendered as transformers' `apply_chat_template` renders it.
///
/// It is given `messages`, `tools` (none where there are none), `add_generation_prompt` and the model's named tokens
/// (`bos_token`, `eos_token`). A message that only calls functions has no `content`; a result has `content` with `name` and
/// `response`, a list of such where there are several, or the text it was read from.
public final class JinjaTemplate implements ChatTemplate {
    private final Jinja template;
    private final Map<String, Object> tokens;

    private JinjaTemplate(Jinja template, Map<String, Object> tokens) {
        this.template = template;
        this.tokens = Map.copyOf(tokens);
    }

    /// A template's text, with the model's named tokens; `origin` is named in errors. Throws where it is no template.
    public static JinjaTemplate of(String template, String origin, Map<String, String> tokens) {
        return new JinjaTemplate(Jinja.parse(template, origin), Map.copyOf(tokens));
    }

    /// The template in a model folder: `chat_template.jinja`, else `chat_template` in `tokenizer_config.json` (the one
    /// named `default` where there are several). Empty where there is none.
    public static Optional<JinjaTemplate> find(Path folder) {
        JsonNode config = config(folder.resolve("tokenizer_config.json"));
        Map<String, String> tokens = new LinkedHashMap<>(tokens(config(folder.resolve("special_tokens_map.json"))));
        tokens.putAll(tokens(config));
        Path file = folder.resolve("chat_template.jinja");
        String origin = Files.isRegularFile(file) ? file.toString() : "chat_template in " + folder.resolve("tokenizer_config.json");
        return text(folder).map(text -> of(text, origin, tokens));
    }

    /// The text of the template that [#find] finds.
    public static Optional<String> text(Path folder) {
        Path file = folder.resolve("chat_template.jinja");
        if (Files.isRegularFile(file)) return Optional.of(TextFiles.read(file));
        return inConfig(config(folder.resolve("tokenizer_config.json")).path("chat_template"));
    }

    private static Optional<String> inConfig(JsonNode template) {
        if (template.isTextual()) return Optional.of(template.textValue());
        for (JsonNode named : template)
            if (named.path("name").asText().equals("default") && named.path("template").isTextual()) return Optional.of(named.path("template").textValue());
        return Optional.empty();
    }

    private static Map<String, String> tokens(JsonNode config) {
        var tokens = new LinkedHashMap<String, String>();
        for (var e : config.properties()) {
            JsonNode value = e.getValue().path("content").isTextual() ? e.getValue().path("content") : e.getValue();
            if (e.getKey().endsWith("_token") && value.isTextual()) tokens.put(e.getKey(), value.textValue());
        }
        return tokens;
    }

    private static JsonNode config(Path file) {
        if (!Files.isRegularFile(file)) return Json.MAPPER.createObjectNode();
        try {
            return Json.parse(TextFiles.read(file));
        } catch (BadRow e) {
            throw TunebookException.because(e, "JinjaTemplate.find", "the model's file is broken", file + ", " + e.getMessage(), "download it again");
        }
    }

    /// The same with another source of the time that the template can ask for.
    public JinjaTemplate at(Clock clock) {
        return new JinjaTemplate(template.at(clock), tokens);
    }

    @Override
    public String render(List<ChatMessage> messages, List<Tool> tools, boolean addGenerationPrompt) {
        var variables = new LinkedHashMap<String, Object>(tokens);
        variables.put("messages", messages.stream().map(JinjaTemplate::map).toList());
        variables.put("tools", tools.isEmpty() ? null : tools.stream().map(JinjaTemplate::map).toList());
        variables.put("documents", null);
        variables.put("add_generation_prompt", addGenerationPrompt);
        return template.render(variables);
    }

    private static Map<String, Object> map(ChatMessage m) {
        var map = new LinkedHashMap<String, Object>();
        map.put("role", m.role());
        if (!m.content().isEmpty() || m.toolCalls().isEmpty() && m.responses().isEmpty()) map.put("content", m.content());
        if (!m.toolCalls().isEmpty()) map.put("tool_calls", m.toolCalls().stream().map(JinjaTemplate::map).toList());
        if (m.responses().isEmpty()) return map;
        if (map.containsKey("content")) map.put("name", m.responses().getFirst().name());
        else map.put("content", m.responses().size() == 1 ? map(m.responses().getFirst()) : m.responses().stream().map(JinjaTemplate::map).toList());
        return map;
    }

    private static Map<String, Object> map(ToolCall call) {
        return Map.of("type", "function", "function", Map.of("name", call.name(), "arguments", call.arguments()));
    }

    private static Map<String, Object> map(ToolResponse response) {
        return Map.of("name", response.name(), "response", response.values());
    }

    private static Map<String, Object> map(Tool tool) {
        var function = new LinkedHashMap<String, Object>();
        function.put("name", tool.name());
        function.put("description", tool.description());
        if (!tool.parameters().isEmpty()) function.put("parameters", tool.parameters());
        var map = new LinkedHashMap<String, Object>();
        map.put("type", "function");
        map.put("function", function);
        return map;
    }
}
