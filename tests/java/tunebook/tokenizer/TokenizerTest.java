package tunebook.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.tensor.TunebookException;

class TokenizerTest {
    static final Path TINY = Path.of("tests/golden/tokenizer/tiny.json");
    static final Tokenizer TOKENIZER = Tokenizer.load(TINY);

    static int[] ints(JsonNode array) {
        return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
    }

    private static JsonNode golden() throws IOException {
        return new ObjectMapper().readTree(Path.of("tests/golden/tokenizer/tiny-ids.json").toFile());
    }

    @Test
    void encodesAndDecodesAsTheTokenizersLibrary() throws IOException {
        for (JsonNode row : golden().path("rows")) {
            String text = row.path("text").asText();
            int[] ids = ints(row.path("ids"));
            assertArrayEquals(ids, TOKENIZER.encode(text), text);
            assertEquals(row.path("decoded").asText(), TOKENIZER.decode(ids), text);
            assertEquals(row.path("decodedWithoutSpecial").asText(), TOKENIZER.decodeWithoutSpecial(ids), text);
        }
    }

    @Test
    void addsNothingAndCutsNothing() {
        String text = "<bos> the".repeat(5000);
        int[] ids = TOKENIZER.encode(text);
        assertTrue(ids.length >= 10_000, "length " + ids.length);
        assertEquals(text, TOKENIZER.decode(ids));
        assertEquals(0, TOKENIZER.encode("").length);
    }

    @Test
    void ignoresTruncationAndPaddingWrittenInTheFile(@TempDir Path folder) throws IOException {
        String json = Files.readString(TINY).replace("\"truncation\":null", "\"truncation\":{\"direction\":\"Right\",\"max_length\":4,\"strategy\":\"LongestFirst\",\"stride\":0}")
            .replace("\"padding\":null", "\"padding\":{\"strategy\":{\"Fixed\":64},\"direction\":\"Left\",\"pad_to_multiple_of\":null,\"pad_id\":0,\"pad_type_id\":0,\"pad_token\":\"<pad>\"}");
        assertTrue(json.contains("\"max_length\":4") && json.contains("\"Fixed\":64"));
        Files.writeString(folder.resolve("tokenizer.json"), json);
        String text = "the quick brown fox jumps over the lazy dog";
        assertArrayEquals(TOKENIZER.encode(text), Tokenizer.load(folder).encode(text));
    }

    @Test
    void namesTokensBothWays() throws IOException {
        assertEquals(golden().path("vocabSize").asInt(), TOKENIZER.vocabSize());
        for (int id = 0; id < TOKENIZER.vocabSize(); id++) assertEquals(id, TOKENIZER.id(TOKENIZER.token(id)));
        assertEquals(2, TOKENIZER.bos());
        assertEquals(1, TOKENIZER.eos());
        assertEquals(0, TOKENIZER.pad());
        assertEquals(OptionalInt.empty(), TOKENIZER.lookup("<no such>"));
        assertTrue(TOKENIZER.isSpecial(TOKENIZER.id("<end_of_turn>")));
        assertFalse(TOKENIZER.isSpecial(TOKENIZER.id("<escape>")));
    }

    @Test
    void takesBosEosAndPadFromTheConfigBesideIt(@TempDir Path folder) throws IOException {
        Files.copy(TINY, folder.resolve("tokenizer.json"));
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"eos_token\": {\"content\": \"<end_of_turn>\"}, \"pad_token\": \"<unk>\"}");
        Tokenizer tokenizer = Tokenizer.load(folder);
        assertEquals(TOKENIZER.id("<end_of_turn>"), tokenizer.eos());
        assertEquals(TOKENIZER.id("<unk>"), tokenizer.pad());
        assertEquals(TOKENIZER.id("<bos>"), tokenizer.bos());
    }

    @Test
    void unknownTokenErrorNamesTheNearest() {
        String message = assertThrows(TunebookException.class, () -> TOKENIZER.id("<start_function_cal>")).getMessage();
        assertEquals("Tokenizer.id: there is no such token — \"<start_function_cal>\" — nearest: [<start_function_call>, <end_function_call>, "
            + "<start_function_response>]; a text of several tokens goes through encode", message);
    }

    @Test
    void idOutsideTheVocabularyIsAnError() {
        for (int id : new int[] {-1, 100_000}) {
            String message = assertThrows(TunebookException.class, () -> TOKENIZER.decode(5, id)).getMessage();
            assertEquals("Tokenizer.token: there is no token with this id — id " + id + " of a vocabulary of 651 — give ids that this tokenizer made", message);
        }
    }

    @Test
    void halfASurrogatePairIsAnError() {
        String message = assertThrows(TunebookException.class, () -> TOKENIZER.encode("ab\uD83D c")).getMessage();
        assertEquals("Tokenizer.encode: the text holds half a surrogate pair — U+D83D at index 2 of 5 — mend the text: it is not valid Unicode", message);
        assertThrows(TunebookException.class, () -> TOKENIZER.encode("\uDE42"));
    }

    @Test
    void missingCutOrForeignFilesAreErrors(@TempDir Path folder) throws IOException {
        assertTrue(assertThrows(TunebookException.class, () -> Tokenizer.load(folder)).getMessage()
            .startsWith("Tokenizer.load: there is no tokenizer.json — " + folder.resolve("tokenizer.json") + " — give a model folder"));
        Path file = folder.resolve("tokenizer.json");
        Files.writeString(file, Files.readString(TINY).substring(0, 10_000));
        assertTrue(assertThrows(TunebookException.class, () -> Tokenizer.load(file)).getMessage().startsWith("Tokenizer.load: the file is not JSON of a tokenizer — " + file));
        Files.writeString(file, "{\"a\": 1}");
        assertTrue(assertThrows(TunebookException.class, () -> Tokenizer.load(file)).getMessage().startsWith("Tokenizer.load: the file holds no vocabulary — " + file));
        Files.writeString(file, "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [\"q q\"]}}");
        assertTrue(assertThrows(TunebookException.class, () -> Tokenizer.load(file)).getMessage().startsWith("Tokenizer.load: the tokenizers library refuses the file — " + file));
    }

    @Test
    void streamedPiecesAreTheWholeText() throws IOException {
        for (JsonNode row : golden().path("rows")) assertStreams(ints(row.path("ids")));
        var random = new Random(7);
        for (int n = 0; n < 200; n++) assertStreams(random.ints(random.nextInt(40), 0, TOKENIZER.vocabSize()).toArray());
    }

    private static void assertStreams(int[] ids) {
        StreamDecoder stream = TOKENIZER.stream();
        var text = new StringBuilder();
        for (int id : ids) text.append(stream.add(id));
        text.append(stream.finish());
        assertEquals(TOKENIZER.decode(ids), text.toString());
    }

    @Test
    void streamHoldsHalfCharactersBack() {
        StreamDecoder stream = TOKENIZER.stream();
        for (int id : TOKENIZER.encode("🙂")) assertEquals("", stream.add(id));
        assertEquals("🙂t", stream.add(TOKENIZER.encode("the")[0]));
        assertEquals("", stream.add(TOKENIZER.id("<0xF0>")));
        assertEquals("�", stream.finish());
        assertEquals("", stream.finish());
    }

    @Test
    void severalThreadsGetTheSameIds() {
        String text = "the quick brown fox 내일 🙂 <escape>".repeat(50);
        int[] expected = TOKENIZER.encode(text);
        IntStream.range(0, 200).parallel().forEach(i -> {
            assertArrayEquals(expected, TOKENIZER.encode(text));
            assertEquals(text, TOKENIZER.decode(expected));
        });
    }

    @Test
    void whatWouldEndOrHoldTheProcessInsideTheLibraryIsRefused(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("tokenizer.json");
        for (String value : new String[] {"\"\\ud800\"", "{\"\\udc00\": 0}", "1e999", "[".repeat(128) + "]".repeat(128)}) {
            Files.writeString(file, Files.readString(TINY).replace("\"decoder\":", "\"decoder\":[" + value + "],\"decoder\":"));
            assertTrue(assertThrows(TunebookException.class, () -> Tokenizer.load(file)).getMessage().startsWith("Tokenizer.load: the file is not JSON of a tokenizer — " + file), value);
        }
        Files.writeString(file, Files.readString(TINY).replace("\"content\":\"<pad>\"", "\"content\":\"" + "p".repeat(70_000) + "\""));
        assertTrue(assertThrows(TunebookException.class, () -> Tokenizer.load(file)).getMessage().contains("of 70000 characters, at most 4096"));
        Files.writeString(file, Files.readString(TINY).replace("\"content\":\" \"}", "\"content\":\"\\ud83d\\ude00\"}")); // a whole pair
        Tokenizer smiling = Tokenizer.load(file);
        assertEquals("the\ud83d\ude00fox", smiling.decode(smiling.encode("the fox")));
    }
}
