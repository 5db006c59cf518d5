package tunebook.data;

import java.util.List;

/// Turns a conversation into the text that a model was trained on.
///
/// The text carries its own control tokens, the beginning-of-sequence token included where the format has one.
@FunctionalInterface
public interface ChatTemplate {
    /// The text of `messages`, with `tools` declared where the format declares them. With `addGenerationPrompt` the
    /// text ends where the model is to go on writing. Throws where the format has no place for such a conversation.
    String render(List<ChatMessage> messages, List<Tool> tools, boolean addGenerationPrompt);
}
