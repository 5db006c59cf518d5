package tunebook.data.synthetic;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// A tool with its wordings drawn, as one row declares it. `names` and `descriptions` of the parameters stand in the order
/// of `spec.params()`.
record DeclaredTool(ToolSpec spec, String name, String description, List<String> names, List<String> descriptions) {
    static DeclaredTool draw(ToolSpec spec, RandomGenerator random) {
        return new DeclaredTool(spec, Lexicon.pick(random, spec.names()), Lexicon.pick(random, spec.descriptions()),
                spec.params().stream().map(param -> Lexicon.pick(random, param.names())).toList(),
                spec.params().stream().map(param -> Lexicon.pick(random, param.descriptions())).toList());
    }

    /// The same tool under names that say nothing.
    DeclaredTool renamed(Patchwork patchwork) {
        var fresh = new LinkedHashSet<String>();
        while (fresh.size() < names.size()) fresh.add(patchwork.name());
        return new DeclaredTool(spec, patchwork.name(), description, List.copyOf(fresh), descriptions);
    }

    /// A call of this tool and the words that ask for it; `withDate` asks for a phrase that names a date where there is one.
    Call call(Values values, boolean withDate) {
        RandomGenerator random = values.random();
        List<String> phrases = spec.phrases();
        if (withDate) phrases = phrases.stream().filter(this::namesDate).toList();
        String phrase = Lexicon.pick(random, phrases.isEmpty() ? spec.phrases() : phrases);
        boolean imperative = !phrase.startsWith("- ");
        String words = ToolSpec.choose(imperative ? phrase : phrase.substring(2), random);
        boolean opensWithValue = words.startsWith("{");
        boolean dated = namesDate(phrase);
        var arguments = new TreeMap<String, String>();
        Values.Person person = values.person();
        for (int i = 0; i < names.size(); i++) {
            String slot = "{" + (i + 1) + "}";
            if (!words.contains(slot)) continue;
            Values.Value value = values.draw(spec.params().get(i), person);
            words = words.replace(slot, value.said());
            arguments.put(names.get(i), value.meant());
        }
        return new Call(words, imperative, opensWithValue, name, arguments, dated);
    }

    private boolean namesDate(String phrase) {
        for (int i = 0; i < names.size(); i++)
            if (spec.params().get(i).kind() == ValueKind.DATE && phrase.contains("{" + (i + 1) + "}")) return true;
        return false;
    }

    /// The declaration in the schema of mobile-actions; a tool without parameters has an empty `properties`.
    ObjectNode json() {
        ObjectNode function = JsonNodeFactory.instance.objectNode().put("name", name).put("description", description);
        ObjectNode parameters = function.putObject("parameters").put("type", "OBJECT");
        ObjectNode properties = parameters.putObject("properties");
        for (int i = 0; i < names.size(); i++)
            properties.putObject(names.get(i)).put("type", "STRING").put("description", descriptions.get(i));
        for (int i = 0; i < names.size(); i++)
            if (!spec.params().get(i).optional()) parameters.withArray("required").add(names.get(i));
        ObjectNode tool = JsonNodeFactory.instance.objectNode();
        tool.set("function", function);
        return tool;
    }
}
