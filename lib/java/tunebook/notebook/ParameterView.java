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

    private TableView table() {
        List<List<Object>> rows = new ArrayList<>();
        for (Group g : groups) rows.add(new ArrayList<>(List.of(g.path, g.shape.toString(), g.count, g.elements, g.trainable ? "yes" : "",
            Figures.percent(g.elements / (double) Math.max(1, elements(false))))));
        return new TableView(List.of("path", "shape", "layers", "parameters", "trainable", "share"), rows, List.of(false, false, true, true, false, true));
    }

    @Override
    public String text() {
        return name + ": " + summary() + "\n" + table().text();
    }

    @Override
    public String html() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(table().columns());
        for (int i = 0; i < groups.size(); i++) {
            boolean trained = groups.get(i).trainable;
            rows.add(table().rows().get(i).stream().map(v -> v instanceof Number n ? Figures.count(n.longValue()) : Html.escape(v.toString()))
                .map(v -> trained ? Html.span("background:" + Html.GOOD + ";padding:0 3px;border-radius:2px", v) : v).toList());
        }
        return Html.div(Html.FONT + "color:inherit", Html.div("", "<b>" + Html.escape(name) + "</b> " + Html.escape(summary())) + Html.table(rows, table().numbers()));
    }
}
