package tunebook.notebook;

import java.util.Map;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.Renderer;

/// Shows values; where a display fails, the cell's result is not lost: its text comes instead, with what went wrong.
final class CarefulRenderer extends Renderer {
    @Override
    public DisplayData render(Object value, Map<String, Object> parameters) {
        try {
            return super.render(value, parameters);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            return new DisplayData(text(value) + "\n(its display failed: " + e + ")");
        }
    }

    private static String text(Object value) {
        try {
            return String.valueOf(value);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            return "a " + value.getClass().getSimpleName() + " whose toString fails";
        }
    }
}
