package tunebook.export;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.TinyGemma;
import tunebook.tensor.Sha256;

/// Our files in llama.cpp, transformers and ONNX Runtime: they are, byte for byte, the ones that `tests/golden/export/check.py` ran there.
class ExportGoldenTest {
    @TempDir
    Path folder;

    /// After a change of what is written: run `ExportFiles FOLDER`, then check.py on what it wrote.
    @Test
    void theFilesAreTheOnesThatOtherProgramsRan() throws Exception {
        ExportFiles.again(folder);
        for (Map.Entry<String, JsonNode> model : TinyGemma.golden("tests/golden/export/expected.json").get("exports").properties()) {
            Map<String, String> expected = new TreeMap<>();
            Map<String, String> written = new TreeMap<>();
            for (Map.Entry<String, JsonNode> file : model.getValue().get("sha256").properties()) {
                if (file.getKey().startsWith("onnx") && model.getKey().equals("functiongemma")) continue;
                expected.put(file.getKey(), file.getValue().asText());
                written.put(file.getKey(), Sha256.hex(folder.resolve(model.getKey()).resolve(file.getKey())));
            }
            assertEquals(expected, written, model.getKey());
        }
    }
}
