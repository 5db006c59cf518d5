package tunebook.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tunebook.io.Gguf;

/// Gemma 3's real vocabulary, from its tokenizer.json (`TUNEBOOK_GEMMA_TOKENIZER`) and from a GGUF file
/// (`TUNEBOOK_GGUF`), against ids recorded with the Python library.
@Tag("model")
class GemmaTokenizerTest {
    private static Path path(String variable) {
        String value = System.getenv(variable);
        assumeTrue(value != null, variable + " is not set");
        return Path.of(value);
    }

    private static void assertCorpus(Tokenizer tokenizer, JsonNode corpus) {
        assertTrue(corpus.path("rows").size() >= 500);
        for (JsonNode row : corpus.path("rows")) {
            String text = row.get(0).asText();
            int[] ids = tokenizer.encode(text);
            assertArrayEquals(TokenizerTest.ints(row.get(1)), ids, text);
            assertEquals(text.replace('\u2581', ' '), tokenizer.decode(ids));
        }
    }

    private static JsonNode corpus() throws IOException {
        return new ObjectMapper().readTree(Path.of("tests/golden/tokenizer/corpus.json").toFile());
    }

    @Test
    void tokenizerJsonGivesTheRecordedIds() throws Exception {
        Path file = path("TUNEBOOK_GEMMA_TOKENIZER");
        JsonNode corpus = corpus();
        assertEquals(corpus.path("tokenizer_json_sha256").asText(), HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file))));
        assertCorpus(Tokenizer.load(file), corpus);
    }

    @Test
    void ggufVocabularyGivesTheSameIds() throws IOException {
        Tokenizer tokenizer;
        try (Gguf file = Gguf.open(path("TUNEBOOK_GGUF"))) {
            tokenizer = Tokenizer.fromGguf(file);
        }
        assertCorpus(tokenizer, corpus());
        assertEquals(262_144, tokenizer.vocabSize());
        assertEquals(2, tokenizer.bos());
    }

    @Test
    void ggufVocabularyIsTheTokenizerJsonsOwn() throws IOException {
        Tokenizer json = Tokenizer.load(path("TUNEBOOK_GEMMA_TOKENIZER"));
        try (Gguf file = Gguf.open(path("TUNEBOOK_GGUF"))) {
            Tokenizer gguf = Tokenizer.fromGguf(file);
            for (int id = 0; id < gguf.vocabSize(); id++) assertEquals(json.token(id), gguf.token(id));
        }
    }
}
