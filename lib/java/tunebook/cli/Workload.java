package tunebook.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tunebook.data.Example;
import tunebook.lora.Lora;
import tunebook.tensor.TunebookException;

/// What the benchmarks train: rows of token ids, and the adapters of mobile-actions' recipe.
final class Workload {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Workload() {}

    /// Rows of a file with lines of `{"tokens", "completion_start"}`: tokens from there on are learned.
    static List<Example> read(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.map(Workload::example).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Example example(String line) {
        try {
            JsonNode row = JSON.readTree(line);
            int[] tokens = IntStream.range(0, row.get("tokens").size()).map(i -> row.get("tokens").get(i).asInt()).toArray();
            boolean[] learned = new boolean[tokens.length];
            for (int i = row.get("completion_start").asInt(); i < tokens.length; i++) learned[i] = true;
            return new Example(tokens, learned);
        } catch (JsonProcessingException | NullPointerException e) {
            throw TunebookException.of("measure", "no row of a workload", line, "make it with tests/bench/workload.py");
        }
    }

    /// Adapters on all projections but o, alpha twice the rank.
    static Lora lora(int rank) {
        return new Lora().rank(rank).alpha(2 * rank).targets("q_proj", "k_proj", "v_proj", "gate_proj", "up_proj", "down_proj");
    }
}
