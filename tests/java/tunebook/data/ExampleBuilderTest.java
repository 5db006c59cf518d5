package tunebook.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tunebook.data.ExampleBuilder.Learn;
import tunebook.data.ExampleBuilder.TooLong;
import tunebook.tensor.TunebookException;
import tunebook.tokenizer.Tokenizer;

class ExampleBuilderTest {
    private static final Tokenizer TOKENIZER = Tokenizer.load(Path.of("tests/golden/tokenizer/tiny.json"));
    private static final ChatTemplate TEMPLATE = (messages, tools, prompt) -> {
        var text = new StringBuilder("<bos>");
        for (ChatMessage m : messages)
            text.append("<start_of_turn>").append(m.role()).append('\n').append(m.content()).append(ToolCallText.format(m.toolCalls())).append("<end_of_turn>\n");
        return text.append(prompt ? "<start_of_turn>assistant\n" : "").toString();
    };
    private static final ExampleBuilder BUILDER = new ExampleBuilder(TOKENIZER, TEMPLATE);

    private static Row chat(String user, String assistant) {
        return new Row.Conversation(List.of(ChatMessage.user(user), ChatMessage.assistant(assistant)), List.of(), "");
    }

    private static String decoded(Example e, boolean learned) {
        return TOKENIZER.decode(IntStream.range(0, e.length()).filter(i -> e.learned()[i] == learned).map(i -> e.tokens()[i]).toArray());
    }

    private static String error(Runnable code) {
        return assertThrows(TunebookException.class, code::run).getMessage();
    }

    @Test
    void everythingAfterThePromptIsLearnedAndNothingElse() {
        for (String answer : List.of("map", "안녕하세요 🙂", "two\nlines")) {
            Example e = BUILDER.example(chat("show a bakery", answer));
            assertEquals("<bos><start_of_turn>user\nshow a bakery<end_of_turn>\n<start_of_turn>assistant\n", decoded(e, false));
            assertEquals(answer + "<end_of_turn>\n", decoded(e, true));
            assertArrayEquals(BUILDER.prompt(chat("show a bakery", answer)), Arrays.copyOf(e.tokens(), e.length() - e.learnedCount()));
        }
    }

    @Test
    void onlyTheLastAnswerIsLearned() {
        var row = new Row.Conversation(List.of(ChatMessage.user("a"), ChatMessage.assistant("first"), ChatMessage.user("b"), ChatMessage.assistant("second")), List.of(), "");
        assertEquals("second<end_of_turn>\n", decoded(BUILDER.example(row), true));
    }

    @Test
    void plainTextGetsBosAndEosOnceEach() {
        assertEquals("<bos>the quick", decoded(BUILDER.example(new Row.Text("the quick", " fox", "")), false));
        assertEquals(" fox<eos>", decoded(BUILDER.example(new Row.Text("the quick", " fox", "")), true));
        Example closed = BUILDER.example(new Row.Text("<bos>the quick", " fox<end_of_turn>\n", ""));
        assertEquals("<bos>the quick fox<end_of_turn>\n", TOKENIZER.decode(closed.tokens()));
    }

    @Test
    void fullTextLearnsAllButTheFirstToken() {
        for (Row row : List.of(chat("show", "map"), new Row.Text("show", "map", ""), new Row.Conversation(List.of(ChatMessage.user("show")), List.of(), ""))) {
            Example e = BUILDER.learn(Learn.FULL_TEXT).example(row);
            assertFalse(e.learned()[0]);
            assertEquals(e.length() - 1, e.learnedCount());
            assertFalse(TOKENIZER.decode(e.tokens()).endsWith("assistant\n"), "a generation prompt is no text to learn");
        }
    }

    @Test
    void aSeamInsideATokenKeepsThePromptsOwnIds() {
        var row = new Row.Text("show \n", "\nmap", ""); // two line breaks are one token
        int[] whole = TOKENIZER.encode("<bos>show \n\nmap<eos>");
        Example e = BUILDER.example(row);
        assertFalse(Arrays.equals(whole, e.tokens()));
        assertEquals("<bos>show \n", decoded(e, false));
        assertEquals("\nmap<eos>", decoded(e, true));
        Examples examples = BUILDER.examples(ChatData.of(List.of(chat("a", "b"), row), "test"));
        assertEquals(List.of(1), examples.seams());
        assertTrue(examples.toString().endsWith("1 whose completion begins inside a token of the prompt, encoded apart"), examples.toString());
    }

    @Test
    void longRowsAreLeftOutAndCountedOrAnErrorButNeverCut() {
        ChatData data = ChatData.of(List.of(chat("a", "b"), chat("the ".repeat(500), "b"), chat("c", "d")), "test");
        Examples examples = BUILDER.maxTokens(40).examples(data);
        assertEquals(2, examples.size());
        assertEquals(List.of(1), examples.tooLong());
        assertTrue(examples.toString().matches("2 examples of 3 rows, \\d+ tokens, \\d+ learned; 1 too long, left out"), examples.toString());
        int length = BUILDER.example(data.row(1)).length();
        assertEquals("ExampleBuilder.examples: 1 of 3 rows are longer than the limit — limit 40 tokens; first: row 1 with " + length
            + " — raise maxTokens (of a training: maxLength), or leave them out with tooLong(TooLong.SKIP) (skipLong(true))",
            error(() -> BUILDER.maxTokens(40).tooLong(TooLong.ERROR).examples(data)));
        assertEquals(3, BUILDER.maxTokens(length).examples(data).size());
        assertEquals(2, BUILDER.maxTokens(length - 1).examples(data).size());
    }

    @Test
    void rowsWithoutAnAnswerAreCountedAndAloneAnError() {
        Row silent = new Row.Conversation(List.of(ChatMessage.user("a")), List.of(), "");
        Examples examples = BUILDER.examples(ChatData.of(List.of(silent, chat("a", "b"), new Row.Text("a", "", "")), "test"));
        assertEquals(List.of(0, 2), examples.unlearned());
        assertEquals(1, examples.size());
        assertEquals(List.of("rows from which nothing would be learned were left out — 2 of 3 rows have no answer, the first of them row 0 — give them an answer, or leave them out with"
            + " ChatData.where"), examples.warnings());
        assertEquals("ExampleBuilder.examples: no token would be learned — 2 rows: 2 without an answer — "
            + "give rows whose last message is the assistant's, or with a completion", error(() -> BUILDER.examples(ChatData.of(List.of(silent, silent), "test"))));
        assertTrue(error(() -> BUILDER.maxTokens(1).examples(ChatData.of(List.of(chat("a", "b")), "test"))).endsWith("— raise maxTokens (of a training: maxLength)"));
    }

    @Test
    void aTemplateThatRewritesThePromptIsAnError() {
        ChatTemplate rewriting = (messages, tools, prompt) -> "<bos>" + messages.size() + (prompt ? "?" : "!");
        assertEquals("ExampleBuilder.examples: row 0 cannot be an example — ExampleBuilder.render: the conversation's text does not begin with its prompt's text — "
            + "they part at character 5: \"<bos>2!\" and \"<bos>1?\" — the chat template writes earlier messages differently once an answer follows: "
            + "give one that does not, or learn FULL_TEXT rows of plain text — mend the row or leave it out with ChatData.where",
            error(() -> new ExampleBuilder(TOKENIZER, rewriting).examples(ChatData.of(List.of(chat("a", "b")), "test"))));
    }
}
