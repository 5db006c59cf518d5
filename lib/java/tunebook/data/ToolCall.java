package tunebook.data;

import java.util.Map;

/// A call of a function: its name and arguments (String, Long, Double, Boolean, List or Map values).
public record ToolCall(String name, Map<String, Object> arguments) {
    public ToolCall {
        arguments = Map.copyOf(arguments);
    }
}
