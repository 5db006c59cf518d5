package tunebook.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.tensor.TunebookException;

class NotebookCheckTest {
    private static final String FIRST = "# 01 · A title\n\n**Goal:** one. **Time:** two. **Needed:** three.";
    private static final String LAST = "## Try it yourself\n<details>\n\n   ```java\n   shape.size()\n   ```\n</details>";

    @TempDir private Path folder;
    private final List<Map<String, Object>> cells = new ArrayList<>();

    @Test
    void aNotebookThatKeepsTheRulesHasNoFault() throws Exception {
        text(FIRST);
        code(FirstCell.source());
        code("int later(int n) { return n * defined(n); }");
        code("int defined(int n) { return n; }\nvar shape = Shape.of(2, later(3));\nshape");
        code("for (int i = 0; i < 2; i++) System.out.println(i);");
        cell("code", "shape.dim(9)", Map.of("tags", List.of("raises-exception"), "raises", "no such axis"));
        text(LAST);
        assertEquals(List.of(), faults());
    }

    @Test
    void whatDoesNotCompileIsNamedWithCellAndLine() throws Exception {
        text(FIRST);
        code(FirstCell.source());
        code("var shape = Shape.of(2);\n\nshape.noSuchMethod()");
        code("int waits() { return missing(); }");
        code("shape.size(");
        text(LAST.replace("shape.size()", "int n = shape;"));
        List<String> faults = faults();
        assertEquals(4, faults.size(), faults.toString());
        assertTrue(faults.get(0).startsWith("cell 3: line 3: cannot find symbol"), faults.get(0));
        assertEquals("cell 5: line 1: ends within a statement", faults.get(1));
        assertEquals("line 1 of its cell: waits names method missing(), which nothing declares", faults.get(2));
        assertTrue(faults.get(3).startsWith("cell 6: java block, line 1: incompatible types"), faults.get(3));
    }

    @Test
    void eachRuleFindsWhatItNames() throws Exception {
        text("# A title\n\n**Goal:** one. [gone](nowhere.md), [here](#part), [far](https://example.org)");
        code("1;\n".repeat(13) + "1");
        code("var quiet = 1;");
        code("Path.of(\"/data/x\")");
        cell("code", "Shape.of(3).dim(9)", Map.of("tags", List.of("raises-exception")));
        cell("code", "1 + 1", Map.of("short", Map.of("2 + 2", "2")));
        text("The end.");
        assertEquals(List.of("its first code cell is not the one that installs: run ./tunebook notebook first-cell", "its first text does not begin with a title \"# 01 · …\"", "its first text has no **Time:**", "its first text has no **Needed:**",
            "its last text has no exercises (## Try it yourself) with hidden solutions (<details>)", "cell 1: links to nowhere.md, which is not there",
            "cell 2: has 14 lines, more than 12: split it, or move what it does into the library",
            "cell 4: holds an import, a magic, an absolute path or a version: .of(\"/",
            "cell 5: is tagged raises-exception and does not say what: set its metadata \"raises\" to a part of the message",
            "cell 6: its short form replaces what it does not hold: 2 + 2", "cell 3: shows nothing: end it in an expression worth seeing"), faults());
    }

    @Test
    void outputsOfOtherCodeAreFound() throws Exception {
        text(FIRST);
        cells.add(Map.of("cell_type", "code", "source", List.of("1 +", " 1"), "metadata", Map.of(), "outputs", List.of(Map.of("output_type", "stream", "text", "2"))));
        code("2 + 2");
        // sha256 of "1 + 1\n%%\n2 + 2", made by Python's hashlib
        String hash = "6c2ecfa1510b594a931bc92d6db37d3825ad6fc657cdf73380a83fb0c2fda87c";
        assertTrue(NotebookCheck.outputs(write(Map.of("code", hash))).isEmpty());
        assertTrue(NotebookCheck.outputs(write(Map.of("code", hash.replace('4', '5')))).orElseThrow().words().startsWith("its outputs come from other code"));
        assertTrue(NotebookCheck.outputs(write(Map.of())).orElseThrow().words().startsWith("nothing says which code"));
    }

    @Test
    void whatIsNoNotebookIsRefused() throws Exception {
        Path file = Files.writeString(folder.resolve("x.ipynb"), "{");
        assertTrue(assertThrows(TunebookException.class, () -> NotebookCheck.of(file)).getMessage().startsWith("NotebookFile.read: not a notebook that can be read — "));
        Files.writeString(file, "{}");
        assertTrue(assertThrows(TunebookException.class, () -> NotebookCheck.of(file)).getMessage().contains("it has no cells"));
    }

    private void text(String source) {
        cell("markdown", source, Map.of());
    }

    private void code(String source) {
        cell("code", source, Map.of());
    }

    private void cell(String type, String source, Map<String, Object> metadata) {
        cells.add(Map.of("cell_type", type, "source", source, "metadata", metadata));
    }

    private Path write(Map<String, String> stamp) throws Exception {
        var metadata = Map.of("kernelspec", Map.of("name", "tunebook"), "tunebook", stamp);
        return Files.writeString(folder.resolve("book.ipynb"), new ObjectMapper().writeValueAsString(Map.of("cells", cells, "metadata", metadata)));
    }

    private List<String> faults() throws Exception {
        Path file = write(Map.of());
        return NotebookCheck.of(file).stream().map(f -> f.toString().replace(file.toString(), "").replaceFirst("^[,:] ", "")).toList();
    }
}
