package tunebook.data;

import java.util.List;
import java.util.Map;
import tunebook.jinja.PythonText;

/// One message of a conversation.
///
/// @param role      who speaks: `developer`, `system`, `user`, `assistant` or `tool`
/// @param content   the text; empty where the message only calls functions
/// @param toolCalls functions that an assistant calls, in order
/// @param responses what functions returned, in a `tool` message
public record ChatMessage(String role, String content, List<ToolCall> toolCalls, List<ToolResponse> responses) {
    public ChatMessage {
        toolCalls = List.copyOf(toolCalls);
        responses = List.copyOf(responses);
    }

    public static ChatMessage of(String role, String content) {
        return new ChatMessage(role, content, List.of(), List.of());
    }

    /// The developer's message, which announces functions.
    public static ChatMessage developer(String content) {
        return of("developer", content);
    }

    public static ChatMessage system(String content) {
        return of("system", content);
    }

    public static ChatMessage user(String content) {
        return of("user", content);
    }

    public static ChatMessage assistant(String content) {
        return of("assistant", content);
    }

    /// An assistant's answer that calls functions.
    public static ChatMessage calls(List<ToolCall> toolCalls) {
        return new ChatMessage("assistant", "", toolCalls, List.of());
    }

    /// What the function `name` returned.
    public static ChatMessage response(String name, Map<String, Object> values) {
        return new ChatMessage("tool", "", List.of(), List.of(new ToolResponse(name, values)));
    }

    /// The text without whitespace at its ends, as Python's `str.strip` takes it away: what chat formats write.
    public String trimmed() {
        return PythonText.strip(content);
    }
}
