package tunebook.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.Test;
import tunebook.tokenizer.Tokenizer;

/// The Korean data sets: what their READMEs say of them is so.
class KoreanDataTest {
    private static final Path SOCRATIC = Path.of("data/korean-socratic");
    private static final Path ENGLISH = Path.of("data/korean-english");
    private static final Pattern HANGUL = Pattern.compile("[가-힣]");
    private static final Pattern POLITE = Pattern.compile(".*(요|죠|니다)[.?]", Pattern.DOTALL);

    @ParameterizedTest
    @ValueSource(strings = {"korean-socratic", "korean-english"})
    void everyLineIsARowOfItsFileWithTextThatNeedsNoTidying(String set) throws IOException {
        for (String part : List.of("train", "eval"))
            for (JsonNode row : rows(Path.of("data", set, part + ".jsonl"))) {
                assertEquals(part, row.path("metadata").asText());
                for (var field : row.properties()) tidy(field.getValue().textValue());
            }
    }

    private static void tidy(String text) {
        assertTrue(!text.isBlank() && text.equals(text.strip()), text);
        assertTrue(!text.contains("  ") && text.chars().noneMatch(Character::isISOControl), text);
        assertTrue(Normalizer.isNormalized(text, Normalizer.Form.NFC), text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"korean-socratic", "korean-english"})
    void atLeastThreeHundredRowsAndNoTextTwiceInEitherPart(String set) throws IOException {
        List<JsonNode> train = rows(Path.of("data", set, "train.jsonl"));
        List<JsonNode> all = new ArrayList<>(train);
        all.addAll(rows(Path.of("data", set, "eval.jsonl")));
        assertTrue(all.size() >= 300 && train.size() >= 250 && all.size() - train.size() >= 50, set);
        for (String field : List.of("input", "target")) {
            Set<String> seen = new HashSet<>();
            for (JsonNode row : all) assertTrue(seen.add(row.path(field).textValue().replaceAll("[\\p{P}\\s]", "")), row::toString);
        }
    }

    @Test
    void socraticRowsAreKoreanAndEndInAPoliteQuestion() throws IOException {
        for (JsonNode row : both(SOCRATIC)) {
            assertEquals(List.of("metadata", "topic", "kind", "input", "target"), row.properties().stream().map(e -> e.getKey()).toList());
            assertTrue(row.path("target").textValue().endsWith("요?"), row::toString);
            assertTrue(POLITE.matcher(row.path("input").textValue()).matches(), row::toString);
            assertTrue(HANGUL.matcher(row.path("input").textValue()).find() && HANGUL.matcher(row.path("target").textValue()).find(), row::toString);
        }
    }

    @Test
    void pairsAreKoreanOnOneSideAndEnglishOnTheOther() throws IOException {
        for (JsonNode row : both(ENGLISH)) {
            assertEquals(List.of("metadata", "domain", "input", "target"), row.properties().stream().map(e -> e.getKey()).toList());
            assertTrue(HANGUL.matcher(row.path("input").textValue()).find(), row::toString);
            assertTrue(row.path("target").textValue().matches("[\\p{IsLatin}\\d\\p{P} ]+"), row::toString);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"korean-socratic", "korean-english"})
    void theReadmeCountsWhatTheFilesHold(String set) throws IOException {
        String readme = Files.readString(Path.of("data", set, "README.md"));
        Set<String> lines = new HashSet<>(List.of(counted(set, "rows", _ -> true)));
        for (String field : List.of("topic", "kind", "domain"))
            for (JsonNode row : rows(Path.of("data", set, "train.jsonl")))
                if (row.has(field)) lines.add(counted(set, row.path(field).textValue(), r -> r.path(field).equals(row.path(field))));
        for (String line : lines) assertTrue(readme.contains(line), line);
    }

    private static String counted(String set, String name, Predicate<JsonNode> which) throws IOException {
        long train = rows(Path.of("data", set, "train.jsonl")).stream().filter(which).count();
        long eval = rows(Path.of("data", set, "eval.jsonl")).stream().filter(which).count();
        return "| " + name + " | " + train + " | " + eval + " |";
    }

    @Test
    void theTutorialsTemplateReadsThemWithNoSeamInsideAToken() {
        ExampleBuilder examples = new ExampleBuilder(Tokenizer.load(Path.of("data/tiny-functiongemma")), (_, _, _) -> "");
        RowTemplate question = RowTemplate.text("### context: {input}\n### question:", " {target}");
        Examples socratic = examples.examples(ChatData.readStrict(SOCRATIC.resolve("train.jsonl"), question));
        assertEquals(List.of(), socratic.seams());
        assertEquals(264, socratic.size());
        assertEquals(306, ChatData.readStrict(ENGLISH.resolve("train.jsonl"), RowTemplate.turn("input", "target")).where("train").size());
    }

    private static List<JsonNode> both(Path folder) throws IOException {
        List<JsonNode> all = new ArrayList<>(rows(folder.resolve("train.jsonl")));
        all.addAll(rows(folder.resolve("eval.jsonl")));
        return all;
    }

    private static List<JsonNode> rows(Path file) throws IOException {
        try (Stream<String> lines = Files.lines(file)) {
            List<JsonNode> rows = new ArrayList<>();
            for (String line : lines.toList()) rows.add(Json.MAPPER.readTree(line));
            return rows;
        }
    }
}
