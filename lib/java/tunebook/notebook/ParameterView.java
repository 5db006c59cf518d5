package tunebook.notebook;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tunebook.model.LanguageModel;
import tunebook.tensor.Shape;

/// A model's parameters, layers of the same shape in one row, and which of them are trained.
///
/// @param name   the model's
/// @param groups in the order of the network
public record ParameterView(String name, List<Group> groups) implements Display {
    /// Parameters that differ only in the number of their layer.
    ///
    /// @param path  with `*` for the number
    /// @param count how many
    /// @param elements numbers in all of them
    public record Group(String path, Shape shape, int count, long elements, boolean trainable) {}

    /// The parameters of a model: the network's own, then the trained ones beside them.
    public static ParameterView of(LanguageModel model) {
        Map<String, Group> groups = new LinkedHashMap<>();
        Set<String> trainable = model.trainable();
        model.network().parameters().forEach((path, shape) -> add(groups, path, shape, trainable.contains(path)));
        for (String path : trainable)
            if (!model.network().parameters().containsKey(path)) add(groups, path, model.buffer(path).shape(), true);
        return new ParameterView(model.name(), List.copyOf(groups.values()));
    }

    private static void add(Map<String, Group> groups, String path, Shape shape, boolean trainable) {
        String family = path.replaceAll("\\.\\d+\\.", ".*.");
        groups.merge(family + shape + trainable, new Group(family, shape, 1, shape.size(), trainable),
            (a, b) -> new Group(family, shape, a.count + 1, a.elements + b.elements, trainable));
    }

    private long elements(boolean onlyTrainable) {
        return groups.stream().filter(g -> g.trainable || !onlyTrainable).mapToLong(Group::elements).sum();
    }

    private String summary() {
        long all = elements(false);
        long trained = elements(true);
        return Figures.count(all) + " parameters, " + Figures.count(trained) + " trainable (" + Figures.percent(trained / (double) Math.max(1, all)) + ")";
    }

    private TableView table(boolean trained) {
        List<List<Object>> rows = new ArrayList<>();
        for (Group g : groups)
            if (g.trainable == trained) rows.add(List.of(g.path, g.shape.toString(), g.count, g.elements, Figures.percent(g.elements / (double) Math.max(1, elements(false)))));
        return new TableView(List.of(trained ? "trained" : "frozen", "shape", "layers", "parameters", "share"), rows, List.of(false, false, true, true, true));
    }

    @Override
    public String text() {
        String frozen = table(false).text();
        return name + ": " + summary() + "\n" + (elements(true) == 0 ? frozen : table(true).text() + "\n\n" + frozen);
    }

    /// The trained ones stand first, and the frozen ones fold away beside them.
    @Override
    public String html() {
        String head = Html.div("", "<b>" + Html.escape(name) + "</b> " + Html.escape(summary()));
        String frozen = table(false).html();
        if (elements(true) > 0)
            frozen = table(true).html() + "<details style=\"" + Html.FONT + "\"><summary style=\"cursor:pointer\">Frozen: " + Figures.count(elements(false) - elements(true))
                + " parameters</summary>" + frozen + "</details>";
        return Html.div(Html.FONT + "color:inherit", head + frozen);
    }
}
