package tunebook.gemma;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import tunebook.data.ChatTemplate;
import tunebook.data.JinjaTemplate;
import tunebook.tokenizer.Tokenizer;

/// Which chat format a model speaks: its own template where it has one, else the one its tokens point to.
final class ChatFormats {
    private ChatFormats() {}

    static ChatTemplate of(Path folder, Tokenizer tokenizer) {
        return JinjaTemplate.find(folder).<ChatTemplate>map(t -> t).orElseGet(() -> builtIn(tokenizer));
    }

    static ChatTemplate of(Optional<String> jinja, Tokenizer tokenizer) {
        return jinja.<ChatTemplate>map(text -> JinjaTemplate.of(text, "the file's own chat template",
            Map.of("bos_token", tokenizer.bosToken().orElse(""), "eos_token", tokenizer.eosToken().orElse("")))).orElseGet(() -> builtIn(tokenizer));
    }

    /// FunctionGemma's where the tokenizer has its tokens, else Gemma 3's.
    static ChatTemplate builtIn(Tokenizer tokenizer) {
        return tokenizer.lookup("<start_function_declaration>").isPresent() ? new FunctionGemma() : new Gemma3Chat();
    }
}
