package tunebook.silent;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tunebook.TinyGemma;

/// The table of mistakes, `tests/silent-failures.md`: what we say, and what transformers + PEFT + TRL do.
///
/// To write it again after a message has changed, from the repository's root after `mvn test-compile dependency:copy-dependencies`:
/// `TUNEBOOK_PLUGINS_DIR=.tunebook/plugins java --enable-native-access=ALL-UNNAMED -cp 'target/test-classes:target/classes:target/lib/*' tunebook.silent.SilentFailures`
final class SilentFailures {
    static final Path TABLE = Path.of("tests/silent-failures.md");
    static final JsonNode PEERS = TinyGemma.golden("tests/golden/silent/record.json");
    private static final List<String> NO_CASES = List.of("versions", "without a mistake");
    private static final int LONGEST = 600;

    private SilentFailures() {}

    /// All mistakes, by the heading they stand under.
    static Map<String, List<Mistake>> all() {
        Map<String, List<Mistake>> out = new LinkedHashMap<>();
        out.put("Model", ModelMistakes.all());
        out.put("Adapter", AdapterMistakes.all());
        out.put("Rows", RowMistakes.all());
        out.put("Examples", ExampleMistakes.all());
        out.put("Training", TrainingMistakes.all());
        out.put("Checkpoints and exports", FolderMistakes.all());
        out.put("Generation and scores", ScoreMistakes.all());
        return out;
    }

    /// Names of the mistakes that transformers + PEFT + TRL were watched with.
    static List<String> watched() {
        List<String> out = new ArrayList<>();
        PEERS.fieldNames().forEachRemaining(out::add);
        out.removeAll(NO_CASES);
        return out;
    }

    static String row(Mistake mistake, String told) {
        String answer = switch (mistake.answer()) {
            case ERROR -> "stops: " + code(told);
            case WARNING -> "warns: " + code(told);
            case IMPOSSIBLE -> "cannot happen: " + told;
        };
        String peers = PEERS.has(mistake.name()) ? peers(PEERS.get(mistake.name())) : "";
        return "| " + mistake.name() + " | " + mistake.what().replace("|", "\\|") + " | " + answer + " | " + peers + " |";
    }

    private static String peers(JsonNode seen) {
        List<String> out = new ArrayList<>();
        if (seen.has("error")) out.add("stops: " + code(seen.get("error").asText()));
        for (JsonNode said : seen.get("said")) out.add("warns: " + code(said.asText().replaceAll("\u001b\\[\\d*m", "")));
        if (out.isEmpty()) out.add("**silent**");
        if (seen.has("seen")) out.add(code(seen.get("seen").toString()));
        return String.join("; ", out);
    }

    /// As code, on one line of a table.
    private static String code(String text) {
        String line = text.replaceAll("\\s+", " ").replace("|", "\\|");
        String quote = line.contains("`") ? "``" : "`";
        return quote + (line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line) + quote;
    }

    static String text(Map<String, List<String>> rows) {
        StringBuilder out = new StringBuilder("""
            # Mistakes, and what is said

            Each row is a mistake made on purpose by a test (`tests/java/tunebook/silent`). The words are those that Tunebook printed; the test fails when they differ from what
            stands here (`SilentFailures` writes the file). FOLDER is a temporary folder, long numbers are shortened.

            The last column is what transformers + PEFT + TRL did with the same mistake on a tiny random Gemma 3: recorded by `tests/golden/silent/make.py` with %s. The same run
            without a mistake: `%s`.
            """.formatted(versions(), PEERS.get("without a mistake").get("seen")));
        rows.forEach((heading, lines) -> {
            out.append("\n## ").append(heading).append("\n\n| name | mistake | Tunebook | transformers + PEFT + TRL |\n|---|---|---|---|\n");
            lines.forEach(line -> out.append(line).append('\n'));
        });
        return out.toString();
    }

    private static String versions() {
        List<String> out = new ArrayList<>();
        PEERS.get("versions").properties().forEach(e -> out.add(e.getKey() + " " + e.getValue().asText()));
        return String.join(", ", out);
    }

    public static void main(String[] arguments) throws Exception {
        Map<String, List<String>> rows = new LinkedHashMap<>();
        for (var group : all().entrySet()) {
            List<String> lines = new ArrayList<>();
            for (Mistake mistake : group.getValue()) {
                long start = System.nanoTime();
                lines.add(row(mistake, told(mistake)));
                System.out.printf("%5d ms  %s%n", (System.nanoTime() - start) / 1_000_000, mistake.name());
            }
            rows.put(group.getKey(), lines);
        }
        Files.writeString(TABLE, text(rows));
        System.exit(0);
    }

    private static String told(Mistake mistake) throws Exception {
        Path folder = Files.createTempDirectory("mistake");
        try {
            return mistake.told(folder);
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList().reversed()) Files.delete(file);
        }
    }
}
