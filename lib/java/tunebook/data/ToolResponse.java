package tunebook.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a called function returned: its name and the values, in the types of [ToolCall#arguments].
public record ToolResponse(String name, Map<String, Object> values) {
    public ToolResponse {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
}
