package tunebook.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.tensor.TunebookException;

class JinjaTemplateTest {
    private static final String DUMP = "{{ messages | tojson(sort_keys=true) }} {{ tools | tojson(sort_keys=true) }} {{ add_generation_prompt }}";

    @TempDir Path folder;

    private String found() {
        return JinjaTemplate.find(folder).orElseThrow().render(List.of(ChatMessage.user("hi")), List.of(), false);
    }

    @Test
    void messagesAndToolsReachTheTemplateAsTransformersGivesThem() {
        var template = JinjaTemplate.of(DUMP, "test", Map.of());
        assertEquals("[{\"content\": \"s\", \"role\": \"system\"}, {\"content\": \"\", \"role\": \"user\"}] null True",
            template.render(List.of(ChatMessage.system("s"), ChatMessage.user("")), List.of(), true));
        var call = new ToolCall("f", Map.of("a", List.of(1L, 2.5, true, Map.of("k", "v"))));
        assertEquals("[{\"role\": \"assistant\", \"tool_calls\": [{\"function\": {\"arguments\": {\"a\": [1, 2.5, true, {\"k\": \"v\"}]}, \"name\": \"f\"}, \"type\": \"function\"}]}, "
            + "{\"content\": {\"name\": \"f\", \"response\": {\"n\": 1}}, \"role\": \"tool\"}] "
            + "[{\"function\": {\"description\": \"d\", \"name\": \"f\", \"parameters\": {\"type\": \"OBJECT\"}}, \"type\": \"function\"}] False",
            template.render(List.of(ChatMessage.calls(List.of(call)), ChatMessage.response("f", Map.of("n", 1L))), List.of(new Tool("f", "d", Map.of("type", "OBJECT"))), false));
        var response = new ToolResponse("f", Map.of("n", 1L));
        assertEquals("[{\"content\": [{\"name\": \"f\", \"response\": {\"n\": 1}}, {\"name\": \"f\", \"response\": {\"n\": 1}}], \"role\": \"tool\"}, "
            + "{\"content\": \"done\", \"name\": \"f\", \"role\": \"tool\"}] null False",
            template.render(List.of(new ChatMessage("tool", "", List.of(), List.of(response, response)), new ChatMessage("tool", "done", List.of(), List.of(response))), List.of(), false));
    }

    @Test
    void membersKeepTheOrderOfTheFile() throws IOException {
        Path file = Files.writeString(folder.resolve("x.jsonl"), "{\"messages\": [{\"role\": \"user\", \"content\": \"\"}], \"tools\": [{\"function\": {\"name\": \"f\", \"description\": \"\", "
            + "\"parameters\": {\"type\": \"object\", \"properties\": {\"z\": {\"type\": \"string\"}, \"a\": {}}, \"required\": []}}}]}\n");
        var row = (Row.Conversation) ChatData.readStrict(file).row(0);
        assertEquals("{\"type\": \"object\", \"properties\": {\"z\": {\"type\": \"string\"}, \"a\": {}}, \"required\": []}",
            JinjaTemplate.of("{{ tools[0].function.parameters | tojson }}", "test", Map.of()).render(row.messages(), row.tools(), false));
    }

    @Test
    void theFileWinsOverTheConfigAndTheConfigNamesTheTokens() throws IOException {
        assertTrue(JinjaTemplate.find(folder).isEmpty());
        Files.writeString(folder.resolve("special_tokens_map.json"), "{\"bos_token\": \"<old>\", \"eos_token\": {\"content\": \"<e>\"}}");
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"bos_token\": {\"content\": \"<b>\"}, \"chat_template\": \"config {{ bos_token }}{{ eos_token }}\"}");
        assertEquals("config <b><e>", found());
        Files.writeString(folder.resolve("chat_template.jinja"), "file {{ bos_token }}{{ eos_token }}");
        assertEquals("file <b><e>", found());
    }

    @Test
    void amongNamedTemplatesTheDefaultIsTaken() throws IOException {
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"no\"}, {\"name\": \"default\", \"template\": \"yes\"}]}");
        assertEquals("yes", found());
    }

    @Test
    void brokenFilesAreErrorsThatNameThem() throws IOException {
        Files.writeString(folder.resolve("chat_template.jinja"), "{% if %}");
        assertEquals("Jinja.parse: expected a value, found %} — line 1 of " + folder.resolve("chat_template.jinja") + " — mend the template",
            assertThrows(TunebookException.class, this::found).getMessage());
        Files.writeString(folder.resolve("tokenizer_config.json"), "{");
        assertTrue(assertThrows(TunebookException.class, this::found).getMessage().startsWith("JinjaTemplate.find: the model's file is broken — " + folder.resolve("tokenizer_config.json") + ", not JSON"));
    }
}
