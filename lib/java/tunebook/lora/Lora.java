package tunebook.lora;

import java.nio.file.Path;
import java.util.List;
import tunebook.model.LanguageModel;
import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;

/// How to adapt a model by low-rank matrices (Hu et al. 2021, equation 3): W' = W + s·B·A with s = alpha / rank, or alpha / sqrt(rank) with rank
/// stabilisation (Kalajdzievski 2023).
///
/// @param rank      rows of A, columns of B
/// @param alpha     the numerator of the scale
/// @param dropout   share of the adapter's input that is dropped in training, 0 to below 1
/// @param rsLora    whether the scale is alpha / sqrt(rank)
/// @param targets   which linear modules: short names (`q_proj`: every path ending so), regular expressions matched against the whole
///                  module path (`.*(q|k|v)_proj`), or `all-linear`
public record Lora(int rank, double alpha, double dropout, boolean rsLora, List<String> targets) {
    public Lora() {
        this(8, 16, 0, false, List.of());
    }

    public Lora {
        targets = List.copyOf(targets);
        if (rank < 1) throw TunebookException.of("Lora", "rank is below 1", "" + rank, "give 1 or more (8 is usual)");
        if (!(alpha > 0 && alpha < Double.POSITIVE_INFINITY))
            throw TunebookException.of("Lora", "alpha is not above 0: the adapter would do nothing", "" + alpha, "give a number above 0 (twice the rank is usual)");
        if (!(dropout >= 0 && dropout < 1)) throw TunebookException.of("Lora", "dropout is not a share", "" + dropout, "give 0 or more and less than 1");
    }

    public Lora rank(int v) { return new Lora(v, alpha, dropout, rsLora, targets); }
    public Lora alpha(double v) { return new Lora(rank, v, dropout, rsLora, targets); }
    public Lora dropout(double v) { return new Lora(rank, alpha, v, rsLora, targets); }
    public Lora rsLora(boolean v) { return new Lora(rank, alpha, dropout, v, targets); }
    public Lora targets(String... v) { return new Lora(rank, alpha, dropout, rsLora, List.of(v)); }

    /// What B·A·x is multiplied by.
    public double scale() {
        return rsLora ? alpha / Math.sqrt(rank) : alpha / rank;
    }

    /// A model with fresh adapters on `model`'s target modules: A uniform in ±sqrt(1/in) (as PEFT), B zero, so that it computes what `model` does.
    /// `model` is not changed and stays usable; closing the result frees the adapters only.
    /// Throws where a rule, or one alternative of a rule, matches no module.
    public LoraModel attach(LanguageModel model, Seed seed) {
        return LoraModel.fresh(model, this, seed);
    }

    /// The adapter in `folder`, as PEFT or [LoraModel#saveAdapter] wrote it, on `base`. Closing the result frees the adapter only.
    ///
    /// @throws TunebookException if the adapter is for another model (with both shapes), has matrices missing or left over, or uses what is not
    ///         supported here (DoRA, biases, whole modules, other ranks for some modules), naming the field
    public static LoraModel load(Path folder, LanguageModel base) {
        AdapterFile.Loaded loaded = AdapterFile.read(folder, base);
        AdapterFile.warnOfNothing("Lora.load", loaded.matrices(), folder);
        return loaded.on(base);
    }
}
