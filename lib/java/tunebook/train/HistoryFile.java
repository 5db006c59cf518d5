package tunebook.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import tunebook.io.AtomicFiles;
import tunebook.io.TextFiles;
import tunebook.tensor.TunebookException;

/// A run's steps as JSON Lines, one step a line. Numbers come back bit for bit.
final class HistoryFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    private HistoryFile() {}

    static AtomicFiles.Content content(List<StepReport> steps) {
        return out -> {
            for (StepReport step : steps) out.write((line(step) + "\n").getBytes(StandardCharsets.UTF_8));
        };
    }

    static List<StepReport> read(Path file) {
        return TextFiles.lines(file).stream().map(line -> parse(file, line)).toList();
    }

    private static String line(StepReport r) {
        ObjectNode o = JSON.createObjectNode().put("step", r.step()).put("maxSteps", r.maxSteps()).put("loss", r.loss()).put("learningRate", r.learningRate())
            .put("gradientNorm", r.gradientNorm()).put("tokens", r.tokens()).put("learnedTokens", r.learnedTokens()).put("samples", r.samples())
            .put("seconds", r.seconds()).put("tokensPerSecond", r.tokensPerSecond()).put("samplesPerSecond", r.samplesPerSecond())
            .put("secondsLeft", r.secondsLeft()).put("deviceBytes", r.deviceBytes());
        r.evalLoss().ifPresent(loss -> o.put("evalLoss", loss));
        return o.toString();
    }

    private static StepReport parse(Path file, String line) {
        try {
            JsonNode o = JSON.readTree(line);
            OptionalDouble evalLoss = o.has("evalLoss") ? OptionalDouble.of(o.get("evalLoss").asDouble()) : OptionalDouble.empty();
            return new StepReport(o.path("step").asInt(), o.path("maxSteps").asInt(), o.path("loss").asDouble(), o.path("learningRate").asDouble(),
                o.path("gradientNorm").asDouble(), o.path("tokens").asLong(), o.path("learnedTokens").asLong(), o.path("samples").asInt(),
                o.path("seconds").asDouble(), o.path("tokensPerSecond").asDouble(), o.path("samplesPerSecond").asDouble(), o.path("secondsLeft").asDouble(),
                o.path("deviceBytes").asLong(), evalLoss);
        } catch (JsonProcessingException e) {
            throw TunebookException.because(e, "Checkpoint.read", "a line of the history is not JSON", file + ": " + e.getOriginalMessage(), "take another checkpoint");
        }
    }
}
