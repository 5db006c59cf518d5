package tunebook.gemma;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tunebook.data.ChatMessage;
import tunebook.data.ChatTemplate;
import tunebook.data.Tool;
import tunebook.data.ToolCall;
import tunebook.data.ToolCallText;
import tunebook.data.ToolResponse;
import tunebook.tensor.TunebookException;

/// FunctionGemma's chat format: Gemma's turns, functions declared in the developer's turn, calls and results inside the
/// model's turn.
///
/// Written after the format's published examples (the model's own template is not public): where a model folder holds
/// a template, that one decides. Inside a declaration and a call keys are sorted by name; a parameter has always its
/// description, then what its type has (`enum`; `items`; `properties` and `required`), then its type in capitals.
/// Other members of a JSON schema (`format`, `default`) have no place in it and are left out.
public final class FunctionGemma implements ChatTemplate {
    private static final String RESPONSE = "<start_function_response>";

    /// What a turn left open.
    private enum After { TURN, CALLS, RESPONSES }

    @Override
    public String render(List<ChatMessage> messages, List<Tool> tools, boolean addGenerationPrompt) {
        if (messages.isEmpty()) throw TunebookException.of("FunctionGemma", "there is no message", "an empty conversation", "give at least a user's message");
        var text = new StringBuilder("<bos>");
        String first = messages.getFirst().role();
        boolean developer = first.equals("developer") || first.equals("system");
        if (developer || !tools.isEmpty()) {
            text.append("<start_of_turn>developer\n").append(developer ? messages.getFirst().trimmed() : "");
            for (Tool tool : tools) text.append(declaration(tool));
            text.append("<end_of_turn>\n");
        }
        After after = After.TURN;
        for (ChatMessage m : developer ? messages.subList(1, messages.size()) : messages) after = message(text, m, after);
        if (addGenerationPrompt && after == After.TURN) text.append("<start_of_turn>model\n");
        return text.toString();
    }

    private static After message(StringBuilder text, ChatMessage m, After after) {
        if (m.role().equals("tool")) return responses(text, m, after);
        if (after == After.CALLS)
            throw TunebookException.of("FunctionGemma", "function calls must be followed by their results", "a message of \"" + m.role() + "\" follows them",
                "put a message of role tool between them");
        if (after == After.TURN) text.append("<start_of_turn>").append(m.role().equals("assistant") ? "model" : m.role()).append('\n');
        text.append(m.trimmed());
        if (m.toolCalls().isEmpty()) {
            text.append("<end_of_turn>\n");
            return After.TURN;
        }
        text.append(format(m.toolCalls())).append(RESPONSE);
        return After.CALLS;
    }

    private static After responses(StringBuilder text, ChatMessage m, After after) {
        boolean open = after == After.CALLS;
        for (ToolResponse r : m.responses()) {
            text.append(open ? "" : RESPONSE).append("response:").append(r.name()).append(ToolCallText.arguments(r.values())).append("<end_function_response>");
            open = false;
        }
        if (m.responses().isEmpty())
            throw TunebookException.of("FunctionGemma", "a function's result has no name", "a tool message \"" + m.content() + '"',
                "give ChatMessage.response(name, values)");
        return After.RESPONSES;
    }

    /// A function as it is declared.
    static String declaration(Tool tool) {
        var members = new ArrayList<String>();
        members.add("description:" + ToolCallText.value(tool.description()));
        if (!tool.parameters().isEmpty()) members.add("parameters:" + schema(tool.parameters(), false));
        return "<start_function_declaration>declaration:" + tool.name() + braces(members) + "<end_function_declaration>";
    }

    /// A JSON schema: of the function's parameters (no description) or of one parameter.
    private static String schema(Map<?, ?> schema, boolean described) {
        var members = new ArrayList<String>();
        Object type = type(schema.get("type"));
        if (described) members.add("description:" + ToolCallText.value(schema.get("description") instanceof String s ? s : ""));
        if (type.equals("STRING") && schema.get("enum") instanceof List<?> values) members.add("enum:" + ToolCallText.value(values));
        if (type.equals("ARRAY") && schema.get("items") instanceof Map<?, ?> items && !items.isEmpty()) members.add("items:" + schema(items, items.containsKey("description")));
        if (Boolean.TRUE.equals(schema.get("nullable"))) members.add("nullable:true");
        if (schema.get("properties") instanceof Map<?, ?> properties && !properties.isEmpty()) members.add("properties:" + properties(properties));
        if (schema.get("required") instanceof List<?> required && !required.isEmpty()) members.add("required:" + ToolCallText.value(required));
        if (!type.equals("")) members.add("type:" + ToolCallText.value(type));
        return braces(members);
    }

    /// A type in capitals; one of several types is a list.
    private static Object type(Object type) {
        if (type instanceof List<?> types) return types.stream().map(FunctionGemma::type).toList();
        return type instanceof String s ? s.toUpperCase(Locale.ROOT) : "";
    }

    private static String properties(Map<?, ?> properties) {
        var sorted = new TreeMap<String, Map<?, ?>>(ToolCallText.BY_NAME);
        properties.forEach((name, schema) -> sorted.put((String) name, schema instanceof Map<?, ?> m ? m : Map.of()));
        return braces(sorted.entrySet().stream().map(e -> e.getKey() + ":" + schema(e.getValue(), true)).toList());
    }

    private static String braces(List<String> members) {
        return members.stream().collect(Collectors.joining(",", "{", "}"));
    }

    /// The text of `calls`, one after another, as the model writes them.
    public static String format(List<ToolCall> calls) {
        return ToolCallText.format(calls);
    }

    /// Reads what the model wrote. Never throws: what is malformed is among the problems.
    public static ToolCallText.Parsed parse(String text) {
        return ToolCallText.parse(text);
    }
}
