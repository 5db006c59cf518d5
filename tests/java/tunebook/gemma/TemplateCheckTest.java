package tunebook.gemma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.data.ChatData;
import tunebook.data.ChatTemplate;
import tunebook.data.JinjaTemplate;
import tunebook.data.Row;
import tunebook.tensor.TunebookException;
import tunebook.tokenizer.Tokenizer;

class TemplateCheckTest {
    private static final Path GOLDEN = Path.of("tests/golden");

    @TempDir Path folder;

    private static ChatTemplate functionGemma(String change, String into) throws IOException {
        String text = Files.readString(GOLDEN.resolve("chat/templates/functiongemma.jinja"));
        assertTrue(text.contains(change));
        return JinjaTemplate.of(text.replace(change, into), "functiongemma.jinja", Map.of("bos_token", "<bos>"));
    }

    /// Jinja2's own text of the same format, whose template is written apart.
    @Test
    void functionGemmaWritesWhatJinja2MakesOfItsTemplate() throws IOException {
        int compared = 0;
        for (JsonNode c : new ObjectMapper().readTree(GOLDEN.resolve("chat/templates.json").toFile()).path("cases")) {
            if (!c.path("template").asText().equals("functiongemma")) continue;
            Path file = Files.writeString(folder.resolve("row.jsonl"), new ObjectMapper().writeValueAsString(c.path("variables")) + "\n");
            var row = (Row.Conversation) ChatData.readStrict(file).row(0);
            boolean prompt = c.path("variables").path("add_generation_prompt").asBoolean();
            for (ChatTemplate template : List.of(new FunctionGemma(), functionGemma("}", "}"))) {
                if (c.has("text")) assertEquals(c.path("text").asText(), template.render(row.messages(), row.tools(), prompt));
                else assertThrows(TunebookException.class, () -> template.render(row.messages(), row.tools(), prompt));
            }
            compared++;
        }
        assertTrue(compared >= 20, compared + " cases");
    }

    @Test
    void equalTemplatesAreReportedAsEqual() throws IOException {
        TemplateCheck check = TemplateCheck.of(functionGemma("}", "}"), new FunctionGemma());
        assertEquals("The model's own chat template and the built-in FunctionGemma write the same text in all 20 cases.", check.report());
        assertTrue(check.same());
    }

    @Test
    void theFirstDifferenceIsShown() throws IOException {
        TemplateCheck check = TemplateCheck.of(functionGemma("enum:", "choices:"), new FunctionGemma());
        assertFalse(check.same());
        assertEquals(2, check.differences().size());
        assertTrue(check.report().startsWith("The model's own chat template, which is used, and the built-in FunctionGemma differ in 2 of 20 cases. First: a parameter with choices, character 254\n  own      \""),
            check.report());
        assertTrue(check.report().contains("<escape>Which.<escape>,choices:["), check.report());
        TemplateCheck refusing = TemplateCheck.of((messages, tools, prompt) -> { throw TunebookException.of("a", "b", "c", "d"); }, new Gemma3Chat());
        assertTrue(refusing.report().contains("differ in 12 of 12 cases") && refusing.report().contains("own      \"refused: a: b — c — d"), refusing.report());
    }

    @Test
    void aFoldersOwnTemplateWinsOverTheBuiltInOne() throws IOException {
        Files.copy(GOLDEN.resolve("tokenizer/tiny.json"), folder.resolve("tokenizer.json"));
        Tokenizer tokenizer = Tokenizer.load(folder);
        assertInstanceOf(FunctionGemma.class, ChatFormats.of(folder, tokenizer));
        assertInstanceOf(FunctionGemma.class, ChatFormats.of(Optional.empty(), tokenizer));
        assertTrue(assertThrows(TunebookException.class, () -> TemplateCheck.of(folder)).getMessage().startsWith("TemplateCheck: the folder has no chat template — " + folder));
        Files.writeString(folder.resolve("chat_template.jinja"), "own");
        assertEquals("own", ChatFormats.of(folder, tokenizer).render(List.of(), List.of(), true));
        assertEquals("<bos>own", ChatFormats.of(Optional.of("{{ bos_token }}own"), tokenizer).render(List.of(), List.of(), true));
        assertTrue(TemplateCheck.of(folder).report().contains("differ in 20 of 20 cases"));
    }
}
