package tunebook.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// A call of a function: its name and arguments (String, Long, Double, Boolean, List or Map values, never null).
/// Arguments keep the order they were given in; equality does not look at it.
public record ToolCall(String name, Map<String, Object> arguments) {
    public ToolCall {
        arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
    }
}
