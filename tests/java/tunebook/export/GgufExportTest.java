package tunebook.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.Logits;
import tunebook.TinyGemma;
import tunebook.engine.Session;
import tunebook.gemma.Gemma3;
import tunebook.io.Gguf;
import tunebook.lora.Lora;
import tunebook.lora.LoraModel;
import tunebook.lora.RandomAdapter;
import tunebook.model.Certificate;
import tunebook.nn.Precision;
import tunebook.quant.BlockFormat;
import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;

class GgufExportTest {
    private static final Lora LORA = new Lora().rank(4).alpha(8).targets("q_proj", "up_proj");
    private static final int[] TOKENS = TinyGemma.ints(TinyGemma.expected().get("tokens"));

    @TempDir
    Path folder;

    @Test
    void anF32FileComputesWhatTheLiveModelDoes() throws Exception {
        Path file = folder.resolve("model.gguf");
        try (Gemma3 base = TinyGemma.load(); LoraModel tuned = RandomAdapter.on(base, LORA)) {
            Certificate c = Export.gguf(tuned, file, BlockFormat.F32);
            assertTrue(c.difference().maxLogit() < 1e-4, c.toString());
            assertTrue(c.base().orElseThrow().meanKl() > 1e-3, c.toString());
            assertTrue(Files.readString(folder.resolve("model.gguf.certificate.json")).contains("\"GGUF F32\""));
            try (Gemma3 read = Gemma3.load(file, Session.open("cpu"), Precision.F32)) {
                assertEquals(0, Logits.distance(Logits.of(tuned, TOKENS), Logits.of(read, TOKENS)), 1e-4);
                assertEquals(base.config(), read.config());
                assertArrayEquals(base.tokenizer().encode("<bos>Hello, 12"), read.tokenizer().encode("<bos>Hello, 12"));
                assertEquals(base.tokenizer().bos(), read.tokenizer().bos());
            }
        }
    }

    /// llama.cpp has nothing that runs this tokenizer: the file must not pretend that it has.
    @Test
    void aTokenizerThatLlamaCppCannotRunIsNotWrittenAsAnother() {
        Path file = folder.resolve("model.gguf");
        try (Gemma3 base = TinyGemma.load(); LoraModel tuned = RandomAdapter.on(base, LORA)) {
            Certificate c = Export.gguf(tuned, file, BlockFormat.F16);
            assertEquals(List.of("llama.cpp cannot run the tokenizer (its model is not BPE with bytes): the file works there with token ids only"), c.notes());
        }
        try (Gguf gguf = Gguf.open(file)) {
            assertEquals("none", gguf.metadata().string("tokenizer.ggml.model"));
            assertEquals(96, gguf.metadata().integer("gemma3.vocab_size"));
            assertFalse(gguf.metadata().contains("tokenizer.ggml.tokens"));
        }
    }

    @Test
    void aFileThatCannotBeWrittenOrWasNotTrainedLeavesNothing() {
        try (Gemma3 base = TinyGemma.load(); LoraModel tuned = RandomAdapter.on(base, LORA); LoraModel untrained = LORA.attach(base, Seed.of(1))) {
            assertMessage("a row is not a whole number of blocks", () -> Export.gguf(tuned, folder.resolve("q8.gguf"), BlockFormat.Q8_0));
            assertMessage("GGUF files are not written in Q4_K", () -> Export.gguf(tuned, folder.resolve("q4.gguf"), BlockFormat.Q4_K));
            assertMessage("the fused weights equal the base's", () -> Export.gguf(untrained, folder.resolve("untrained.gguf"), BlockFormat.F32));
        }
        assertEquals(List.of(), List.of(folder.toFile().list()));
    }

    /// A GGUF file's model, its numbers out of blocks, as a Hugging Face folder and as a GGUF file again.
    @Test
    void aModelFromAGgufFileIsFusedAndExportedToo() {
        Path first = folder.resolve("first.gguf");
        try (Gemma3 tiny = TinyGemma.load(); LoraModel tuned = RandomAdapter.on(tiny, LORA)) {
            Export.gguf(tuned, first, BlockFormat.F16);
        }
        try (Gemma3 base = Gemma3.load(first, Session.open("cpu"), Precision.F32); LoraModel tuned = RandomAdapter.on(base, LORA)) {
            tuned.fuse(folder.resolve("fused"));
            Export.gguf(tuned, folder.resolve("second.gguf"), BlockFormat.F32);
            for (Path export : List.of(folder.resolve("fused"), folder.resolve("second.gguf")))
                try (Gemma3 read = Gemma3.load(export, Session.open("cpu"), Precision.F32)) {
                    assertEquals(0, Logits.distance(Logits.of(tuned, TOKENS), Logits.of(read, TOKENS)), export.endsWith("fused") ? 0.15 : 1e-4);
                    assertArrayEquals(base.tokenizer().encode("<bos>Hello, 12"), read.tokenizer().encode("<bos>Hello, 12"));
                }
        }
    }

    private static void assertMessage(String part, org.junit.jupiter.api.function.Executable body) {
        String message = assertThrows(TunebookException.class, body).getMessage();
        assertTrue(message.contains(part), message);
    }
}
