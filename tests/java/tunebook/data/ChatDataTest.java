package tunebook.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;

class ChatDataTest {
    /// A row in the schema of google/mobile-actions.
    static final String MOBILE = """
        {"metadata": "train", "tools": [{"function": {"name": "show_map", "description": "Shows a location on the map.", \
        "parameters": {"type": "OBJECT", "properties": {"query": {"type": "STRING", "description": "The location."}}, "required": ["query"]}}}, \
        {"function": {"name": "open_wifi_settings", "description": "Opens the Wi-Fi settings.", "parameters": {"type": "OBJECT", "properties": {}}}}], \
        "messages": [{"role": "developer", "content": "Day of week is Friday\\n", "tool_calls": null}, {"role": "user", "content": "Find a bakery."}, \
        {"role": "assistant", "content": null, "tool_calls": [{"function": {"name": "show_map", "arguments": {"query": "bakery", "other": null}}}]}]}
        """.strip();

    @TempDir Path folder;

    private Path file(String... lines) throws IOException {
        return Files.writeString(folder.resolve("data.jsonl"), String.join("\n", lines) + "\n");
    }

    private static String error(Runnable code) {
        return assertThrows(TunebookException.class, code::run).getMessage();
    }

    @Test
    void readsMobileActions() throws IOException {
        var row = (Row.Conversation) ChatData.readStrict(file(MOBILE)).row(0);
        assertEquals("train", row.metadata());
        assertEquals(List.of("developer", "user", "assistant"), row.messages().stream().map(ChatMessage::role).toList());
        assertEquals("Day of week is Friday\n", row.messages().getFirst().content());
        assertEquals(List.of(new ToolCall("show_map", Map.of("query", "bakery"))), row.answer().orElseThrow().toolCalls());
        assertEquals(row.messages().subList(0, 2), row.prompt());
        Tool tool = row.tools().getFirst();
        assertEquals("show_map", tool.name());
        assertEquals(Map.of("type", "OBJECT", "properties", Map.of("query", Map.of("type", "STRING", "description", "The location.")), "required", List.of("query")),
            tool.parameters());
    }

    @Test
    void readsOpenAiStyleArgumentsAsTextAndToolResults() throws IOException {
        var row = (Row.Conversation) ChatData.readStrict(file("""
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]},
             {"role": "model", "tool_calls": [{"type": "function", "id": "1", "function": {"name": "f", "arguments": "{\\"n\\": 3, \\"x\\": 2.5, \\"l\\": [true]}"}}]},
             {"role": "tool", "name": "f", "content": "done"}, {"role": "tool", "content": {"name": "f", "response": {"ok": true}}}]}""".replace("\n", ""))).row(0);
        assertEquals("hi", row.messages().get(0).content());
        assertEquals(Map.of("n", 3L, "x", 2.5, "l", List.of(true)), row.messages().get(1).toolCalls().getFirst().arguments());
        assertEquals(List.of(new ToolResponse("f", Map.of("value", "done"))), row.messages().get(2).responses());
        assertEquals(List.of(new ToolResponse("f", Map.of("ok", true))), row.messages().get(3).responses());
        assertTrue(row.answer().isEmpty());
    }

    @Test
    void readsPromptAndCompletion() throws IOException {
        assertEquals(new Row.Text("2+2=", "4", ""), ChatData.read(file("{\"prompt\": \"2+2=\", \"completion\": \"4\"}")).row(0));
    }

    @Test
    void readsInputAndTargetWithATemplate() throws IOException {
        Path file = file("{\"input\": \"질문 {input}\", \"target\": \"답\", \"metadata\": \"eval\"}");
        assertEquals(new Row.Text("### question: 질문 {input}\n### answer: ", "답", "eval"),
            ChatData.read(file, RowTemplate.text("### question: {input}\n### answer: ", "{target}")).row(0));
        assertEquals(new Row.Conversation(List.of(ChatMessage.user("질문 {input}"), ChatMessage.assistant("답")), List.of(), "eval"),
            ChatData.read(file, RowTemplate.turn("input", "target")).row(0));
        assertEquals("ChatData.read: the file has no row — " + file + "; line 1: RowTemplate: the row has no text field \"question\" — fields: [input, target, metadata] — "
            + "name a field that every row has — give JSON lines with messages, with prompt and completion, or plain fields and a RowTemplate",
            error(() -> ChatData.read(file, RowTemplate.text("{question}", "{target}"))));
        assertTrue(error(() -> ChatData.read(file)).contains("such rows need a template: ChatData.read(file, RowTemplate.turn(\"input\", \"target\"))"));
    }

    @Test
    void badLinesAreCountedAndTheFirstThreeNamed() throws IOException {
        Path file = file(MOBILE, "{\"prompt\": \"a\"", "", "[1]", "{\"prompt\": 1, \"completion\": \"\"}", "{\"messages\": []}", MOBILE);
        ChatData data = ChatData.read(file);
        assertEquals(2, data.size());
        assertEquals(List.of(2, 4, 5, 6), data.badLines().stream().map(ChatData.BadLine::line).toList());
        assertEquals("2 rows of " + file + ", 4 bad lines left out (first 3: line 2: not JSON: Unexpected end-of-input: expected close marker for Object (column 15); "
            + "line 4: not a JSON object; line 5: prompt is not text)", data.toString());
    }

    @Test
    void strictReadingFailsOnABadLine() throws IOException {
        Path file = file(MOBILE, "{\"messages\": 3}");
        assertEquals("ChatData.read: 1 of 2 lines are no rows — " + file + "; line 2: messages is not a list with messages — "
            + "mend them, or read the file with ChatData.read, which leaves them out", error(() -> ChatData.readStrict(file)));
        assertEquals(1, ChatData.readStrict(file(MOBILE)).size());
    }

    @Test
    void everyKindOfBadLineHasItsReason() throws IOException {
        String[][] cases = {
            {"{\"messages\": [{\"role\": \"narrator\", \"content\": \"\"}]}", "messages[0].role is \"narrator\", not one of [developer, system, user, assistant, model, tool]"},
            {"{\"messages\": [{\"content\": \"\"}]}", "messages[0].role is not text"},
            {"{\"messages\": [{\"role\": \"assistant\"}]}", "messages[0] has neither content nor tool_calls"},
            {"{\"messages\": [{\"role\": \"user\", \"content\": 3}]}", "messages[0].content is not text"},
            {"{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image\"}]}]}", "messages[0].content is a list of parts; only one part of type text is read"},
            {"{\"messages\": [{\"role\": \"assistant\", \"tool_calls\": [{\"function\": {\"arguments\": {}}}]}]}", "messages[0].tool_calls[0].name is not text"},
            {"{\"messages\": [{\"role\": \"assistant\", \"tool_calls\": [{\"name\": \"f\", \"arguments\": [1]}]}]}", "messages[0].tool_calls[0].arguments is not an object"},
            {"{\"messages\": [{\"role\": \"assistant\", \"tool_calls\": [{\"name\": \"f\", \"arguments\": {\"n\": 99999999999999999999}}]}]}",
                "messages[0].tool_calls[0].arguments.n holds 99999999999999999999, which is no text, number of 64 bits, boolean, list or object"},
            {"{\"prompt\": \"a\\ud83d\", \"completion\": \"\"}", "prompt holds half a surrogate pair"},
            {"{\"prompt\": \"a\", \"prompt\": \"b\", \"completion\": \"\"}", "not JSON: Duplicate field 'prompt' (column 25)"},
            {"{\"prompt\": \"a\", \"completion\": \"b\"} {}", "not JSON: Trailing token"},
            {"{\"text\": \"a\"}", "neither messages nor prompt and completion, but [text]"}};
        for (String[] c : cases) {
            String reason = ChatData.read(file(MOBILE, c[0])).badLines().getFirst().reason();
            assertTrue(reason.startsWith(c[1]), c[0] + ": " + reason);
        }
    }

    @Test
    void anotherEncodingIsAnErrorThatSaysWhich() throws IOException {
        Path file = folder.resolve("korean.jsonl");
        String line = "{\"prompt\": \"안녕하세요 여러분\", \"completion\": \"반갑습니다\"}\n";
        Files.write(file, line.getBytes(Charset.forName("x-windows-949")));
        assertTrue(error(() -> ChatData.read(file)).contains("the file is not UTF-8 text"));
        Files.write(file, ("\ufeff" + line).getBytes(StandardCharsets.UTF_16LE));
        assertTrue(error(() -> ChatData.read(file)).contains("it looks like UTF-16, little-endian"));
        Files.writeString(file, "\ufeff" + line);
        assertEquals("반갑습니다", ((Row.Text) ChatData.read(file).row(0)).completion());
    }

    private static ChatData numbered(int n) {
        return ChatData.of(IntStream.range(0, n).<Row>mapToObj(i -> new Row.Text("" + i, "x", i % 4 == 0 ? "eval" : "train")).toList(), "numbers");
    }

    @Test
    void splitsAreDisjointWholeAndDecidedByTheSeed() {
        ChatData data = numbered(101);
        var split = data.split(0.9, Seed.of(42));
        assertEquals(91, split.train().size());
        assertEquals(10, split.test().size());
        var all = new HashSet<>(split.train().rows());
        assertFalse(split.test().stream().anyMatch(all::contains));
        all.addAll(split.test().rows());
        assertEquals(new HashSet<>(data.rows()), all);
        assertEquals(split.test().rows(), data.split(0.9, Seed.of(42)).test().rows());
        assertNotEquals(split.test().rows(), data.split(0.9, Seed.of(43)).test().rows());
        for (double fraction : new double[] {0, 1, -1, Double.NaN, 0.001})
            assertEquals("ChatData.split: one part would be empty — fraction " + fraction + " of 101 rows — give a fraction between 0 and 1 that leaves a row on both sides",
                error(() -> data.split(fraction, Seed.of(1))));
    }

    @Test
    void selectsByMetadataAndCount() {
        ChatData data = numbered(8);
        assertEquals(List.of("0", "4"), data.where("eval").stream().map(r -> ((Row.Text) r).prompt()).toList());
        assertEquals(6, data.where("train").size());
        assertEquals(3, data.select(3).size());
        assertEquals(8, data.select(100).size());
        assertEquals("ChatData.where: no row has this metadata — \"test\" in numbers — the rows have {\"eval\"=2, \"train\"=6}", error(() -> data.where("test")));
    }
}
