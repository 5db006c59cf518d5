package tunebook.data;

import java.util.List;
import java.util.Optional;
import tunebook.tensor.TunebookException;

/// One row of a data set: a conversation, or a prompt and its completion as plain text.
public sealed interface Row {
    /// What the row's `metadata` field says (`train`, `eval`); empty where there is none.
    String metadata();

    /// The row that one JSON object says, as a line of a file does: `{"messages": [...], "tools": [...]}` or `{"prompt", "completion"}`.
    ///
    /// @throws TunebookException if it says none
    static Row parse(String json) {
        try {
            return new RowReader(Optional.empty()).read(json);
        } catch (BadRow e) {
            throw TunebookException.of("Row.parse", "not a row", e.getMessage(), "give a JSON object with messages, or with prompt and completion");
        }
    }

    /// A conversation with the tools declared in it.
    record Conversation(List<ChatMessage> messages, List<Tool> tools, String metadata) implements Row {
        public Conversation {
            messages = List.copyOf(messages);
            tools = List.copyOf(tools);
        }

        /// The messages before the answer: all but a last message of the assistant.
        public List<ChatMessage> prompt() {
            return answer().isPresent() ? messages.subList(0, messages.size() - 1) : messages;
        }

        /// The last message where it is the assistant's: what is learned.
        public Optional<ChatMessage> answer() {
            if (messages.isEmpty() || !messages.getLast().role().equals("assistant")) return Optional.empty();
            return Optional.of(messages.getLast());
        }
    }

    /// A prompt and the completion that is learned, both plain text that is joined as it stands.
    record Text(String prompt, String completion, String metadata) implements Row {}
}
