package tunebook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import tunebook.data.Example;
import tunebook.engine.Session;
import tunebook.gemma.Gemma3;
import tunebook.nn.Precision;

/// The toy of all tests: a random Gemma 3 of 7 layers, 96 tokens and a sliding window of 8, with what transformers computes for it
/// (`tests/golden/gemma/make_tiny.py`).
public final class TinyGemma {
    public static final Path FOLDER = Path.of("tests/golden/gemma/tiny");

    private TinyGemma() {}

    public static Gemma3 load() {
        return load(Precision.F32);
    }

    public static Gemma3 load(Precision precision) {
        return Gemma3.load(FOLDER, Session.open("cpu"), precision);
    }

    /// What transformers computed.
    public static JsonNode expected() {
        return golden("tests/golden/gemma/tiny/expected.json");
    }

    public static JsonNode golden(String file) {
        try {
            return new ObjectMapper().readTree(Path.of(file).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
    }

    /// Tokens of which those from `completionStart` on are learned.
    public static Example example(int[] tokens, int completionStart) {
        boolean[] learned = new boolean[tokens.length];
        for (int i = completionStart; i < tokens.length; i++) learned[i] = true;
        return new Example(tokens, learned);
    }

    /// Documents of various lengths, some longer than the window.
    public static List<Example> examples(int count) {
        java.util.Random r = new java.util.Random(7);
        return java.util.stream.IntStream.range(0, count).mapToObj(_ -> {
            int n = 6 + r.nextInt(24);
            int[] t = r.ints(n, 3, 96).toArray();
            t[0] = 2;
            return example(t, n - 1 - r.nextInt(4));
        }).toList();
    }
}
