package tunebook.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.io.Gguf;
import tunebook.tensor.TunebookException;

class GgufVocabularyTest {
    private static final Path TINY = Path.of("tests/golden/tokenizer/tiny.gguf");

    private static JsonNode golden() throws IOException {
        return new ObjectMapper().readTree(Path.of("tests/golden/tokenizer/tiny-gguf-ids.json").toFile());
    }

    @Test
    void mergesAreThoseThatTransformersRebuilds() throws IOException {
        try (Gguf file = Gguf.open(TINY)) {
            assertEquals(StreamSupport.stream(golden().path("merges").spliterator(), false).map(JsonNode::asText).toList(),
                GgufVocabulary.of(file.metadata()).merges().stream().map(m -> m.left() + "\t" + m.right()).toList());
        }
    }

    @Test
    void encodesAsTheTokenizersLibraryWithThoseMerges() throws IOException {
        Tokenizer tokenizer;
        try (Gguf file = Gguf.open(TINY)) {
            tokenizer = Tokenizer.fromGguf(file);
        }
        for (JsonNode row : golden().path("rows")) {
            int[] ids = TokenizerTest.ints(row.path("ids"));
            assertArrayEquals(ids, tokenizer.encode(row.path("text").asText()), row.toString());
            assertEquals(row.path("text").asText().replace('\u2581', ' '), tokenizer.decode(ids));
        }
        assertEquals("<end_of_turn>", tokenizer.token(tokenizer.eos()));
        assertEquals(654, tokenizer.vocabSize());
    }

    @Test
    void anotherKindOfTokenizerIsAnError(@TempDir Path folder) throws IOException {
        byte[] bytes = Files.readAllBytes(TINY);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int at = text.indexOf("llama");
        assertTrue(at > 0);
        bytes[at] = 'g';
        Path file = Files.write(folder.resolve("other.gguf"), bytes);
        try (Gguf gguf = Gguf.open(file)) {
            assertEquals("Tokenizer.fromGguf: the file's tokenizer is of another kind — \"glama\", not \"llama\" — "
                + "give the tokenizer.json of the model this file was made from to Tokenizer.load",
                assertThrows(TunebookException.class, () -> Tokenizer.fromGguf(gguf)).getMessage());
        }
    }
}
