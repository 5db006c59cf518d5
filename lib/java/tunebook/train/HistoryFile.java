package tunebook.train;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
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
            try (JsonGenerator lines = JSON.getFactory().createGenerator(out).setRootValueSeparator(new SerializedString("\n")).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)) {
                for (StepReport step : steps) write(lines, step);
                if (!steps.isEmpty()) lines.writeRaw('\n');
            }
        };
    }

    static List<StepReport> read(Path file) {
        return TextFiles.lines(file).stream().map(line -> parse(file, line)).toList();
    }

    private static void write(JsonGenerator o, StepReport r) throws IOException {
        o.writeStartObject();
        o.writeNumberField("step", r.step());
        o.writeNumberField("maxSteps", r.maxSteps());
        o.writeNumberField("loss", r.loss());
        o.writeNumberField("learningRate", r.learningRate());
        o.writeNumberField("gradientNorm", r.gradientNorm());
        o.writeNumberField("tokens", r.tokens());
        o.writeNumberField("learnedTokens", r.learnedTokens());
        o.writeNumberField("samples", r.samples());
        o.writeNumberField("seconds", r.seconds());
        o.writeNumberField("tokensPerSecond", r.tokensPerSecond());
        o.writeNumberField("samplesPerSecond", r.samplesPerSecond());
        o.writeNumberField("secondsLeft", r.secondsLeft());
        o.writeNumberField("deviceBytes", r.deviceBytes());
        if (r.evalLoss().isPresent()) o.writeNumberField("evalLoss", r.evalLoss().getAsDouble());
        o.writeEndObject();
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
