package tunebook.lora;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tunebook.io.TextFiles;

/// What is read from the folder that a base model came from.
final class BaseFolder {
    private BaseFolder() {}

    /// Whether the checkpoint keeps its text model inside another one (Gemma 3 4B and up: config.json has a `text_config`).
    static boolean isNested(Optional<Path> source) {
        Optional<Path> config = source.map(s -> s.resolve("config.json")).filter(Files::isRegularFile);
        if (config.isEmpty()) return false;
        try {
            return new ObjectMapper().readTree(TextFiles.read(config.get())).path("text_config").isObject();
        } catch (JsonProcessingException e) {
            return false; // the model was loaded from it: whatever it is now, it has no text_config
        }
    }

    /// The name that PEFT would know the model by: `google/gemma-3-270m` for a folder of Hugging Face's cache, else the path.
    static String name(Path source) {
        for (Path part : source) {
            String name = part.toString();
            if (name.startsWith("models--")) return name.substring("models--".length()).replaceFirst("--", "/");
        }
        return source.toString();
    }
}
