package tunebook.gemma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tunebook.data.ChatMessage;
import tunebook.data.ChatTemplate;
import tunebook.data.JinjaTemplate;
import tunebook.data.Tool;
import tunebook.data.ToolCall;
import tunebook.tensor.TunebookException;

/// Against texts that transformers made with Gemma 3's own template (`make_gemma3.py`).
class Gemma3ChatTest {
    private static final Gemma3Chat FORMAT = new Gemma3Chat();

    private static void assertGolden(ChatTemplate template) throws IOException {
        JsonNode rows = new ObjectMapper().readTree(Path.of("tests/golden/chat/gemma3.json").toFile()).path("rows");
        var conversations = new HashSet<List<ChatMessage>>();
        for (JsonNode row : rows) {
            List<ChatMessage> messages = StreamSupport.stream(row.path("messages").spliterator(), false)
                .map(m -> ChatMessage.of(m.path("role").asText(), m.path("content").asText())).toList();
            conversations.add(messages);
            boolean prompt = row.path("addGenerationPrompt").asBoolean();
            if (row.has("text")) assertEquals(row.path("text").asText(), template.render(messages, List.of(), prompt));
            else assertTrue(assertThrows(TunebookException.class, () -> template.render(messages, List.of(), prompt)).getMessage().contains("must alternate user"));
        }
        assertTrue(conversations.size() >= 30);
    }

    @Test
    void writesWhatTransformersWrites() throws IOException {
        assertGolden(FORMAT);
    }

    @Test
    @Tag("model")
    void theModelsOwnTemplateWritesTheSame() throws IOException {
        String file = System.getenv("TUNEBOOK_GEMMA_TOKENIZER");
        assumeTrue(file != null, "TUNEBOOK_GEMMA_TOKENIZER is not set");
        Path folder = Path.of(file).getParent();
        assertGolden(JinjaTemplate.find(folder).orElseThrow());
        TemplateCheck check = TemplateCheck.of(folder);
        assertEquals("The model's own chat template and the built-in Gemma3Chat write the same text in all 12 cases.", check.report());
    }

    @Test
    void conversationsWithoutAPlaceInTheFormatAreErrors() {
        ChatMessage user = ChatMessage.user("a");
        assertEquals("Gemma3Chat: roles must alternate user and assistant — message 2 after the system message is of \"user\" — begin with the user's message and let an assistant's follow each",
            error(List.of(ChatMessage.system("s"), user, user), List.of()));
        assertEquals("Gemma3Chat: Gemma 3's chat format declares no functions — 1 tools — use FunctionGemma, or a model whose folder has a template for tools",
            error(List.of(user), List.of(new Tool("f", "", Map.of()))));
        assertEquals("Gemma3Chat: Gemma 3's chat format has no function calls — message 2 — use FunctionGemma",
            error(List.of(user, ChatMessage.calls(List.of(new ToolCall("f", Map.of())))), List.of()));
        assertEquals("Gemma3Chat: there is no message — an empty conversation — give at least a user's message", error(List.of(), List.of()));
    }

    private static String error(List<ChatMessage> messages, List<Tool> tools) {
        return assertThrows(TunebookException.class, () -> FORMAT.render(messages, tools, true)).getMessage();
    }
}
