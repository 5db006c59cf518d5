package tunebook.notebook;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;

/// A cell that is a name and a question mark, `HostArray.zeros?`, shows the name's documentation, as shift-tab does: not every front end has that key.
record HelpCell(String name) {
    private static final Pattern ASKED = Pattern.compile("\\s*([\\w.]+)\\s*(?:\\(\\s*\\)?)?\\s*\\?{1,2}\\s*");

    /// What a cell asks about; empty for every other cell.
    static Optional<HelpCell> of(String cell) {
        Matcher asked = ASKED.matcher(cell);
        return asked.matches() ? Optional.of(new HelpCell(asked.group(1))) : Optional.empty();
    }

    /// What to look up, in order: a method is documented inside its parenthesis.
    List<String> places() {
        return List.of(name + "(", name);
    }

    /// The content of the protocol's execute_reply with one page.
    Map<String, Object> reply(int count, Optional<DisplayData> documentation) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put(MIMEType.TEXT_PLAIN.toString(), documentation.map(d -> d.getData(MIMEType.TEXT_PLAIN)).orElse("There is no documentation of " + name + "."));
        documentation.map(d -> d.getData(MIMEType.TEXT_HTML)).ifPresent(html -> data.put(MIMEType.TEXT_HTML.toString(), html));
        Map<String, Object> page = Map.of("source", "page", "data", data, "start", 0);
        return Map.of("status", "ok", "execution_count", count, "payload", List.of(page), "user_expressions", Map.of());
    }
}
