package tunebook.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tunebook.tensor.TunebookException;

/// One JSON line to one [Row].
final class RowReader {
    private static final List<String> ROLES = List.of("developer", "system", "user", "assistant", "model", "tool");

    private final Optional<RowTemplate> template;

    RowReader(Optional<RowTemplate> template) {
        this.template = template;
    }

    Row read(String line) throws BadRow {
        JsonNode row = Json.parse(line);
        if (!row.isObject()) throw new BadRow("not a JSON object");
        String metadata = row.path("metadata").isTextual() ? row.path("metadata").textValue() : "";
        if (template.isPresent()) return templated(row, template.get(), metadata);
        if (row.has("messages")) return conversation(row, metadata);
        if (row.has("prompt") || row.has("completion"))
            return new Row.Text(Json.text(row.path("prompt"), "prompt"), Json.text(row.path("completion"), "completion"), metadata);
        throw new BadRow("neither messages nor prompt and completion, but " + names(row)
            + (row.has("input") && row.has("target") ? " (such rows need a template: ChatData.read(file, RowTemplate.turn(\"input\", \"target\")))" : ""));
    }

    private static Row templated(JsonNode row, RowTemplate template, String metadata) throws BadRow {
        var fields = new LinkedHashMap<String, String>();
        for (var e : row.properties())
            if (e.getValue().isTextual()) fields.put(e.getKey(), Json.text(e.getValue(), e.getKey()));
            else if (e.getValue().isNumber() || e.getValue().isBoolean()) fields.put(e.getKey(), e.getValue().asText());
        try {
            return template.row(fields, metadata);
        } catch (TunebookException e) {
            throw new BadRow(e.getMessage());
        }
    }

    private static Row conversation(JsonNode row, String metadata) throws BadRow {
        if (!row.path("messages").isArray() || row.path("messages").isEmpty()) throw new BadRow("messages is not a list with messages");
        List<ChatMessage> messages = new ArrayList<>();
        Map<String, String> called = new HashMap<>();
        for (JsonNode m : row.path("messages")) {
            messages.add(message(m, called, "messages[" + messages.size() + "]"));
            for (JsonNode c : m.path("tool_calls")) called.put(c.path("id").asText(), c.path("function").path("name").asText());
        }
        List<Tool> tools = new ArrayList<>();
        for (JsonNode t : absent(row.path("tools")) ? Json.MAPPER.createArrayNode() : row.path("tools"))
            tools.add(tool(t, "tools[" + tools.size() + "]"));
        return new Row.Conversation(messages, tools, metadata);
    }

    /// @param called names of the functions that earlier messages call, by the call's id
    private static ChatMessage message(JsonNode m, Map<String, String> called, String what) throws BadRow {
        String role = Json.text(m.path("role"), what + ".role");
        if (!ROLES.contains(role)) throw new BadRow(what + ".role is \"" + role + "\", not one of " + ROLES);
        List<ToolCall> calls = new ArrayList<>();
        if (!absent(m.path("tool_calls")))
            for (JsonNode c : m.path("tool_calls")) calls.add(call(c, what + ".tool_calls[" + calls.size() + "]"));
        JsonNode content = m.path("content");
        if (role.equals("tool")) return toolMessage(m, content, called, what);
        if (absent(content) && calls.isEmpty()) throw new BadRow(what + " has neither content nor tool_calls");
        return new ChatMessage(role.equals("model") ? "assistant" : role, absent(content) ? "" : content(content, what + ".content"), calls, List.of());
    }

    /// A function's result: text with a `name` or the call's id (`tool_call_id`) beside it, or objects of `name` and `response`.
    private static ChatMessage toolMessage(JsonNode m, JsonNode content, Map<String, String> called, String what) throws BadRow {
        if (content.isTextual()) {
            String name = m.path("name").asText(called.getOrDefault(m.path("tool_call_id").asText(), ""));
            String text = Json.text(content, what + ".content");
            return new ChatMessage("tool", text, List.of(), name.isEmpty() ? List.of() : List.of(new ToolResponse(name, Map.of("value", text))));
        }
        List<ToolResponse> responses = new ArrayList<>();
        for (JsonNode r : content.isArray() ? content : Json.MAPPER.createArrayNode().add(content))
            responses.add(new ToolResponse(Json.text(r.path("name"), what + ".content.name"), Json.map(r.path("response"), what + ".content.response")));
        return new ChatMessage("tool", "", List.of(), responses);
    }

    private static String content(JsonNode content, String what) throws BadRow {
        if (!content.isArray()) return Json.text(content, what);
        if (content.size() != 1 || !content.get(0).path("type").asText().equals("text"))
            throw new BadRow(what + " is a list of parts; only one part of type text is read");
        return Json.text(content.get(0).path("text"), what + "[0].text");
    }

    private static ToolCall call(JsonNode c, String what) throws BadRow {
        JsonNode function = c.has("function") ? c.path("function") : c;
        JsonNode arguments = function.path("arguments");
        if (arguments.isTextual()) arguments = Json.parse(arguments.textValue());
        return new ToolCall(Json.text(function.path("name"), what + ".name"),
            absent(arguments) ? Map.of() : Json.map(arguments, what + ".arguments"));
    }

    private static Tool tool(JsonNode t, String what) throws BadRow {
        JsonNode function = t.has("function") ? t.path("function") : t;
        JsonNode parameters = function.path("parameters");
        return new Tool(Json.text(function.path("name"), what + ".name"), function.path("description").asText(""),
            absent(parameters) ? Map.of() : Json.map(parameters, what + ".parameters"));
    }

    private static boolean absent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    private static List<String> names(JsonNode row) {
        List<String> names = new ArrayList<>();
        row.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
