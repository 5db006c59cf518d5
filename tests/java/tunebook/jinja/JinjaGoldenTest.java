package tunebook.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tunebook.tensor.TunebookException;

/// Our own templates, rendered by Jinja2 (`make_templates.py`, `make_snippets.py`) and by us.
class JinjaGoldenTest {
    private static final Path GOLDEN = Path.of("tests/golden/chat");
    private static final ObjectMapper JSON = new ObjectMapper();

    private static Map<String, Object> variables(JsonNode node) {
        return JSON.convertValue(node, new TypeReference<>() { });
    }

    private static void assertSame(JsonNode expected, String template, Map<String, Object> variables) {
        if (expected.has("text")) assertEquals(expected.path("text").asText(), Jinja.parse(template, "test").render(variables));
        else {
            String message = assertThrows(TunebookException.class, () -> Jinja.parse(template, "test").render(variables)).getMessage();
            assertTrue(message.startsWith("Jinja.render: " + expected.path("error").asText() + " — line "), message);
        }
    }

    @TestFactory
    Stream<DynamicTest> templatesRenderAsJinja2RendersThem() throws IOException {
        JsonNode cases = JSON.readTree(GOLDEN.resolve("templates.json").toFile()).path("cases");
        assertTrue(cases.size() >= 20);
        return StreamSupport.stream(cases.spliterator(), false).map(c -> DynamicTest.dynamicTest(c.path("template").asText() + " " + c.path("variables").path("messages"),
            () -> assertSame(c, Files.readString(GOLDEN.resolve("templates/" + c.path("template").asText() + ".jinja")), variables(c.path("variables")))));
    }

    /// What Jinja2 refuses we refuse, in words of our own.
    @Test
    void snippetsRenderAsJinja2RendersThem() throws IOException {
        JsonNode golden = JSON.readTree(GOLDEN.resolve("snippets.json").toFile());
        Map<String, Object> variables = variables(golden.path("variables"));
        List<String> differing = new ArrayList<>();
        for (JsonNode row : golden.path("rows")) {
            String template = row.path("template").asText(), expected = row.has("text") ? row.path("text").asText() : "refused", actual;
            try {
                actual = Jinja.parse(template, "test").render(variables);
            } catch (TunebookException e) {
                actual = "refused";
                if (row.has("text")) expected += " " + e.getMessage();
            }
            if (!expected.equals(actual)) differing.add(template + " -> " + expected + " | " + actual);
        }
        assertEquals(List.of(), differing);
    }
}
