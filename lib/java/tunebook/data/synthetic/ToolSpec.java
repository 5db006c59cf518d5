package tunebook.data.synthetic;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tunebook.tensor.TunebookException;

/// A tool as a list of wordings: `names`, `descriptions` and those of each parameter are alternatives of which a row draws
/// one; `phrases` are ways to ask for it, where `{1}` is the first parameter's value and `[a|b]` a choice.
/// A phrase that starts with `- ` is no imperative, so that no `please` may stand before it.
record ToolSpec(String domain, List<String> names, List<String> descriptions, List<Param> params, List<String> phrases) {
    /// A parameter: `choices` are the values of a [ValueKind#PICK], else empty.
    record Param(List<String> names, boolean optional, ValueKind kind, List<String> choices, List<String> descriptions) {}

    private static final Pattern PARAM = Pattern.compile("([a-z_/]+)(\\?(?:/[a-z_]+\\??)*)?:([a-z]+)(?:\\(([^)]*)\\))? (.+)");
    private static final Pattern CHOICE = Pattern.compile("\\[([^\\]]*)\\]");

    /// The tools of a resource beside this class (`practice.txt`, `phone.txt`).
    static List<ToolSpec> read(String resource) {
        var specs = new ArrayList<ToolSpec>();
        for (String line : Lexicon.resourceLines(resource)) {
            if (!line.startsWith(" ")) specs.add(head(line));
            else specs.getLast().add(line.strip(), resource);
        }
        return List.copyOf(specs);
    }

    private static ToolSpec head(String line) {
        String[] parts = line.split(" ");
        return new ToolSpec(parts[0], List.of(parts[1].split("/")), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }

    private void add(String line, String resource) {
        if (line.startsWith("> ")) phrases.add(line.substring(2));
        else if (line.startsWith("- ")) phrases.add(line);
        else if (descriptions.isEmpty()) descriptions.addAll(List.of(line.split("/")));
        else params.add(param(line, resource));
    }

    private static Param param(String line, String resource) {
        Matcher m = PARAM.matcher(line);
        if (!m.matches()) throw TunebookException.of("ToolSpec.read", "no parameter line", line + " in " + resource, "write name:kind Description.");
        String names = m.group(1) + (m.group(2) == null ? "" : m.group(2));
        List<String> choices = m.group(4) == null ? List.of() : List.of(m.group(4).split(","));
        return new Param(List.of(names.replace("?", "").split("/")), m.group(2) != null,
                ValueKind.valueOf(m.group(3).toUpperCase(Locale.ROOT)), choices, List.of(m.group(5).split("/")));
    }

    boolean has(ValueKind kind) {
        return params.stream().anyMatch(param -> param.kind() == kind);
    }

    /// `phrase` with one of each `[a|b]` drawn.
    static String choose(String phrase, RandomGenerator random) {
        return CHOICE.matcher(phrase).replaceAll(m ->
                Matcher.quoteReplacement(Lexicon.pick(random, List.of(m.group(1).split("\\|")))));
    }
}
