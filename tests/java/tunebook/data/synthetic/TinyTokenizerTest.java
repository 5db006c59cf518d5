package tunebook.data.synthetic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tunebook.data.ChatData;
import tunebook.data.ExampleBuilder;
import tunebook.data.Row;
import tunebook.gemma.FunctionGemma;
import tunebook.tensor.Seed;
import tunebook.tokenizer.Tokenizer;

/// The tiny model's tokenizer and the committed rows, as the library reads them.
class TinyTokenizerTest {
    private static final Tokenizer TOKENIZER = Tokenizer.load(Path.of("data/tiny-functiongemma"));
    private static final ExampleBuilder BUILDER = new ExampleBuilder(TOKENIZER, new FunctionGemma());

    private static List<String> pieces(String text) {
        return Arrays.stream(TOKENIZER.encode(text)).mapToObj(TOKENIZER::token).toList();
    }

    @Test
    void vocabularyAndSpecialTokensHaveTheirFixedIds() {
        assertEquals(4096, TOKENIZER.vocabSize());
        List<String> special = List.of("<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>", "<start_function_declaration>",
                "<end_function_declaration>", "<start_function_call>", "<end_function_call>", "<start_function_response>", "<end_function_response>", "<escape>");
        for (int id = 0; id < special.size(); id++) {
            assertEquals(special.get(id), TOKENIZER.token(id));
            assertArrayEquals(new int[] {id}, TOKENIZER.encode(special.get(id)));
            assertTrue(TOKENIZER.isSpecial(id));
        }
        assertEquals(List.of(0, 1, 2), List.of(TOKENIZER.pad(), TOKENIZER.eos(), TOKENIZER.bos()));
        assertEquals("<0x00>", TOKENIZER.token(special.size()));
    }

    @Test
    void digitsStandAloneAndTheFormatCostsFewTokens() {
        assertEquals(List.of("2", "0", "2", "6", "-", "0", "1", "-", "1", "6", "T", "0", "0", ":", "5", "0"), pieces("2026-01-16T00:50"));
        assertTrue(IntStream.range(269, 4096).mapToObj(TOKENIZER::token).noneMatch(piece -> piece.matches(".*\\d.+|.+\\d.*")));
        for (String fragment : List.of("declaration:", "{description:", ",parameters:{properties:{", ":{description:", ",type:", "STRING",
                "}},required:[", "],type:", "OBJECT", "}}", "call:", "},", "\n")) assertEquals(1, TOKENIZER.encode(fragment).length, fragment);
    }

    /// What copying rests on: a value is the same tokens behind a space, behind `<escape>` and before punctuation.
    @ParameterizedTest
    @ValueSource(strings = {"Petrović", "Zoë Öztürk", "bob.lane@example.org", "+44 1632 960123", "K7-QX41", "김 민준", "会議", "Ужин", "Old Harbour, Kraków", "Thunder of Zimbak"})
    void valuesAreCutTheSameInTheRequestAndInTheCall(String value) {
        List<String> alone = pieces(value);
        assertEquals(alone, pieces("x " + value + "?").subList(2, 2 + alone.size()), pieces("x " + value + "?").toString());
        assertEquals(alone, pieces("<escape>" + value + "<escape>").subList(1, 1 + alone.size()));
        assertEquals(value, TOKENIZER.decode(TOKENIZER.encode(value)));
    }

    @Test
    void committedRowsComeBackFromTheirTokensAndAreShort() {
        double tokens = 0;
        for (String file : List.of("train", "eval")) {
            ChatData data = ChatData.readStrict(Path.of("data/phone-actions/" + file + ".jsonl"));
            assertEquals(data.size(), data.where(file).size());
            for (Row row : data) {
                String text = BUILDER.render(row).text();
                int[] ids = TOKENIZER.encode(text);
                assertEquals(text, TOKENIZER.decode(ids));
                tokens += ids.length / 2300.0;
            }
        }
        assertTrue(tokens < 480, "mean " + tokens);
    }

    @Test
    void practiceRowsComeBackFromTheirTokens(@TempDir Path folder) {
        for (var stage : PracticeTools.Stage.values()) {
            Path file = folder.resolve(stage + ".jsonl");
            PracticeTools.write(file, Seed.of(11), 400, stage);
            for (Row row : ChatData.readStrict(file)) {
                String text = BUILDER.render(row).text();
                assertEquals(text, TOKENIZER.decode(TOKENIZER.encode(text)));
            }
        }
    }

    @Test
    void committedRowsAreWhatTheGeneratorWrites(@TempDir Path folder) throws Exception {
        PhoneActions.write(folder, Seed.of(42), 2000);
        for (String file : List.of("train.jsonl", "eval.jsonl"))
            assertEquals(-1, Files.mismatch(folder.resolve(file), Path.of("data/phone-actions", file)), file);
    }
}
