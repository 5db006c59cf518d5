package tunebook.gemma;

import java.util.List;
import tunebook.data.ChatMessage;
import tunebook.data.ChatTemplate;
import tunebook.data.Tool;
import tunebook.tensor.TunebookException;

/// Gemma 3's chat format: `<bos>`, then turns `<start_of_turn>ROLE\n…<end_of_turn>\n` of `user` and `model`. A first
/// system message stands before the first user's text, parted by a blank line. Texts are trimmed, the system message
/// is not, as in the format's own template; that template also lets other roles stand in the model's place, which is
/// an error here.
public final class Gemma3Chat implements ChatTemplate {
    @Override
    public String render(List<ChatMessage> messages, List<Tool> tools, boolean addGenerationPrompt) {
        if (!tools.isEmpty())
            throw TunebookException.of("Gemma3Chat", "Gemma 3's chat format declares no functions", tools.size() + " tools",
                "use FunctionGemma, or a model whose folder has a template for tools");
        if (messages.isEmpty()) throw TunebookException.of("Gemma3Chat", "there is no message", "an empty conversation", "give at least a user's message");
        boolean system = messages.getFirst().role().equals("system");
        String prefix = system ? messages.getFirst().content() + "\n\n" : "";
        var text = new StringBuilder("<bos>");
        List<ChatMessage> turns = system ? messages.subList(1, messages.size()) : messages;
        for (int i = 0; i < turns.size(); i++) turn(text, turns.get(i), i, i == 0 ? prefix : "");
        return text.append(addGenerationPrompt ? "<start_of_turn>model\n" : "").toString();
    }

    private static void turn(StringBuilder text, ChatMessage message, int index, String prefix) {
        boolean user = index % 2 == 0;
        if (!message.role().equals(user ? "user" : "assistant"))
            throw TunebookException.of("Gemma3Chat", "roles must alternate user and assistant",
                "message " + (index + 1) + " after the system message is of \"" + message.role() + '"',
                "begin with the user's message and let an assistant's follow each");
        if (!message.toolCalls().isEmpty())
            throw TunebookException.of("Gemma3Chat", "Gemma 3's chat format has no function calls", "message " + (index + 1), "use FunctionGemma");
        text.append("<start_of_turn>").append(user ? "user" : "model").append('\n').append(prefix)
            .append(message.trimmed()).append("<end_of_turn>\n");
    }
}
