package tunebook.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// A function that the model may call, as it is declared to the model.
///
/// @param name        what a call names
/// @param description what the function does, in words; may be empty
/// @param parameters  a JSON schema (`type`, `properties`, `required`); empty where the function takes none
public record Tool(String name, String description, Map<String, Object> parameters) {
    public Tool {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }
}
