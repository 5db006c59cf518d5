package tunebook.notebook;

import java.util.function.Function;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import tech.tablesaw.api.Table;
import tunebook.data.ToolCall;
import tunebook.engine.Session;
import tunebook.eval.Comparison;
import tunebook.eval.FunctionCallScore;
import tunebook.eval.TextComparison;
import tunebook.eval.TextScore;
import tunebook.model.LanguageModel;
import tunebook.tensor.HostArray;
import tunebook.train.History;

/// Which values show themselves how, when they are a cell's last expression.
final class Displays {
    private Displays() {}

    static void register(Renderer renderer) {
        show(renderer, Display.class, display -> display);
        show(renderer, Table.class, TableView::of);
        show(renderer, HostArray.class, ArrayView::of);
        show(renderer, History.class, LossCurve::of);
        show(renderer, ToolCall.class, CallView::of);
        show(renderer, FunctionCallScore.class, ScoreView::of);
        show(renderer, Comparison.class, ComparisonView::of);
        show(renderer, TextScore.class, TextScoreView::of);
        show(renderer, TextComparison.class, TextScoreView::of);
        show(renderer, Session.class, MemoryView::of);
        show(renderer, LanguageModel.class, ParameterView::of);
    }

    private static <T> void show(Renderer renderer, Class<T> type, Function<T, Display> view) {
        renderer.createRegistration(type).register((value, context) -> context.getOutputContainer().assign(data(view.apply(value))));
    }

    /// What goes to Jupyter.
    static DisplayData data(Display display) {
        DisplayData data = new DisplayData(display.text());
        data.putHTML(display.html());
        display.data().forEach(data::putData);
        return data;
    }
}
