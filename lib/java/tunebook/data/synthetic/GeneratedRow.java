package tunebook.data.synthetic;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.LocalDateTime;
import java.util.List;
import java.util.random.RandomGenerator;

/// A row: the current time (told or not), the declared tools, the request and the calls that answer it.
record GeneratedRow(LocalDateTime now, boolean tellsTime, List<DeclaredTool> tools, String request, List<Call> calls) {
    /// Some second of the years 2024 to 2029.
    static LocalDateTime someTime(RandomGenerator random) {
        return LocalDateTime.of(2024, 1, 1, 0, 0).plusSeconds(random.nextLong(6L * 365 * 24 * 3600));
    }

    /// The text before the declarations, as FunctionGemma has it.
    String developerText() {
        return (tellsTime ? time() : "") + "You are a model that can do function calling with the following functions\n";
    }

    private String time() {
        return "Current date and time given in YYYY-MM-DDTHH:MM:SS format: " + DateGrammar.stamp(now)
                + "\nDay of week is " + DateGrammar.weekday(now.toLocalDate()) + "\n";
    }

    /// The row in the schema of google/mobile-actions; `metadata` is `train` or `eval`.
    ObjectNode json(String metadata) {
        ObjectNode row = JsonNodeFactory.instance.objectNode().put("metadata", metadata);
        tools.forEach(tool -> row.withArray("tools").add(tool.json()));
        var messages = row.putArray("messages");
        messages.addObject().put("role", "developer").put("content", developerText());
        messages.addObject().put("role", "user").put("content", request);
        var answer = messages.addObject().put("role", "assistant").putArray("tool_calls");
        for (Call call : calls) {
            ObjectNode function = answer.addObject().putObject("function").put("name", call.tool());
            ObjectNode arguments = function.putObject("arguments");
            call.arguments().forEach(arguments::put);
        }
        return row;
    }
}
