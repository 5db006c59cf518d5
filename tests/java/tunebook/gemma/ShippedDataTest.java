package tunebook.gemma;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tunebook.data.ChatData;
import tunebook.data.ChatTemplate;
import tunebook.data.Example;
import tunebook.data.ExampleBuilder;
import tunebook.data.Examples;
import tunebook.data.JinjaTemplate;
import tunebook.data.Row;
import tunebook.tokenizer.Tokenizer;

/// The shipped rows, in mobile-actions' schema, as FunctionGemma examples.
class ShippedDataTest {
    private static final ChatData EVAL = ChatData.readStrict(Path.of("data/phone-actions/eval.jsonl"));
    private static final Tokenizer TOKENIZER = Tokenizer.load(Path.of("data/tiny-functiongemma"));
    private static final FunctionGemma FORMAT = new FunctionGemma();
    private static final ExampleBuilder BUILDER = new ExampleBuilder(TOKENIZER, FORMAT);

    @Test
    void everyRowIsReadAndMarked() {
        assertTrue(EVAL.size() >= 300);
        assertTrue(ChatData.readStrict(Path.of("data/phone-actions/train.jsonl")).where("train").size() >= 2000);
        assertEquals(EVAL.size(), EVAL.where("eval").size());
    }

    @Test
    void exactlyTheCallsAndTheirEndAreLearned() {
        Examples examples = BUILDER.examples(EVAL);
        assertEquals(EVAL.size(), examples.size());
        assertTrue(examples.seams().isEmpty());
        for (int i = 0; i < EVAL.size(); i++) {
            var row = (Row.Conversation) EVAL.row(i);
            Example e = examples.get(i);
            int prompt = e.length() - e.learnedCount();
            for (int t = 0; t < e.length(); t++) assertEquals(t >= prompt, e.learned()[t]);
            assertEquals(FORMAT.render(row.prompt(), row.tools(), true), TOKENIZER.decode(Arrays.copyOf(e.tokens(), prompt)));
            String learned = TOKENIZER.decode(Arrays.copyOfRange(e.tokens(), prompt, e.length()));
            assertEquals(FunctionGemma.format(row.answer().orElseThrow().toolCalls()) + "<start_function_response>", learned);
            assertEquals(row.answer().orElseThrow().toolCalls(), FunctionGemma.parse(learned).calls());
            assertArrayEquals(Arrays.copyOf(e.tokens(), prompt), BUILDER.prompt(row));
        }
    }

    @Test
    void aTemplateInJinjaWritesTheSamePrompts() throws IOException {
        ChatTemplate jinja = JinjaTemplate.of(Files.readString(Path.of("tests/golden/chat/templates/functiongemma.jinja")), "functiongemma.jinja", Map.of("bos_token", "<bos>"));
        for (Row r : EVAL.select(60)) {
            var row = (Row.Conversation) r;
            assertEquals(FORMAT.render(row.messages(), row.tools(), false), jinja.render(row.messages(), row.tools(), false));
        }
    }

    @Test
    void controlTokensAreOneTokenEach() {
        for (String token : List.of("<bos>", "<start_of_turn>", "<end_of_turn>", "<start_function_declaration>", "<end_function_declaration>", "<start_function_call>",
                "<end_function_call>", "<start_function_response>", "<end_function_response>", "<escape>"))
            assertArrayEquals(new int[] {TOKENIZER.id(token)}, TOKENIZER.encode(token));
        assertFalse(TOKENIZER.lookup("<no_such_token>").isPresent());
    }
}
