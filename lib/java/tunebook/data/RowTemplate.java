package tunebook.data;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tunebook.tensor.TunebookException;

/// How a row of plain fields (`input`, `target`) becomes a [Row].
@FunctionalInterface
public interface RowTemplate {
    /// The row made of `fields`; `metadata` is passed on. Throws where a field it needs is missing.
    Row row(Map<String, String> fields, String metadata);

    /// Plain text: `prompt` and `completion` with `{field}` replaced by the row's field of that name. Text that has
    /// no such form (`{}`, `{ a }`) stays as it is.
    static RowTemplate text(String prompt, String completion) {
        return (fields, metadata) -> new Row.Text(fill(prompt, fields), fill(completion, fields), metadata);
    }

    /// One turn of a chat: the field `user` asks, the field `assistant` answers.
    static RowTemplate turn(String user, String assistant) {
        return (fields, metadata) -> new Row.Conversation(List.of(ChatMessage.user(field(user, fields)),
            ChatMessage.assistant(field(assistant, fields))), List.of(), metadata);
    }

    private static String fill(String template, Map<String, String> fields) {
        Matcher m = Pattern.compile("\\{(\\w+)}").matcher(template);
        return m.replaceAll(r -> Matcher.quoteReplacement(field(r.group(1), fields)));
    }

    private static String field(String name, Map<String, String> fields) {
        String value = fields.get(name);
        if (value == null)
            throw TunebookException.of("RowTemplate", "the row has no text field \"" + name + '"', "fields: " + fields.keySet(),
                "name a field that every row has");
        return value;
    }
}
