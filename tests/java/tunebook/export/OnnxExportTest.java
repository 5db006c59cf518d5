package tunebook.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.TinyGemma;
import tunebook.gemma.Gemma3;
import tunebook.lora.Lora;
import tunebook.lora.LoraModel;
import tunebook.lora.RandomAdapter;
import tunebook.model.Certificate;
import tunebook.nn.Precision;
import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;

class OnnxExportTest {
    private static final Lora LORA = new Lora().rank(4).alpha(8).targets("q_proj", "up_proj");

    @TempDir
    Path folder;

    /// The live model has its base's F32 weights rounded to BF16, the export has them as the files do.
    @Test
    void aModelWhoseBaseIsRoundedOnTheDeviceIsExportedFromItsFiles() {
        try (Gemma3 base = TinyGemma.load(Precision.MIXED); LoraModel tuned = RandomAdapter.on(base, LORA)) {
            Certificate c = Export.onnx(tuned, folder.resolve("onnx"));
            assertTrue(c.difference().maxLogit() > 1e-4, c.toString());
            assertTrue(c.difference().meanKl() < 0.1 * c.base().orElseThrow().meanKl(), c.toString());
            assertTrue(Files.isRegularFile(folder.resolve("onnx/model.onnx.data")) && Files.isRegularFile(folder.resolve("onnx/certificate.json")));
        }
    }

    @Test
    void anUntrainedAdapterAndTheBasesOwnFolderAreRefusedAndNothingIsLeft() {
        try (Gemma3 base = TinyGemma.load(); LoraModel untrained = LORA.attach(base, Seed.of(1)); LoraModel tuned = RandomAdapter.on(base, LORA)) {
            assertMessage("the fused weights equal the base's", () -> Export.onnx(untrained, folder.resolve("onnx")));
            assertMessage("the export would be written into its base", () -> Export.onnx(tuned, TinyGemma.FOLDER));
        }
        assertEquals(0, folder.toFile().list().length);
    }

    private static void assertMessage(String part, org.junit.jupiter.api.function.Executable body) {
        String message = assertThrows(TunebookException.class, body).getMessage();
        assertTrue(message.contains(part), message);
    }
}
