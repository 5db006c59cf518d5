package tunebook.lora;

import java.util.List;
import java.util.Locale;
import tunebook.tensor.Shape;

/// The trainable parameters of a model and their share of all.
///
/// @param rows      one for each trainable parameter, in the order of the network
/// @param trainable their numbers together
/// @param all       numbers of all parameters, the trainable ones among them; tied ones count once
public record ParameterTable(List<Row> rows, long trainable, long all) {
    /// @param path  the parameter's path
    /// @param count how many numbers it has
    /// @param share of all parameters of the model, 0 to 1
    public record Row(String path, Shape shape, long count, double share) {}

    public ParameterTable {
        rows = List.copyOf(rows);
    }

    /// Share of all parameters that is trained, 0 to 1.
    public double share() {
        return trainable / (double) all;
    }

    /// The line that PEFT prints: `trainable params: 6,720 || all params: 86,208 || trainable%: 7.7951`.
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "trainable params: %,d || all params: %,d || trainable%%: %.4f", trainable, all, 100 * share());
    }
}
