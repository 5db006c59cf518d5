package tunebook.generate;

import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;

/// How the next token is chosen.
///
/// @param temperature 0: always the likeliest token; else logits are divided by it
/// @param topK        only this many likeliest tokens are drawn from; 0: all
/// @param topP        only the likeliest tokens that together reach this probability are drawn from; 1: all (Holtzman et al. 2020)
/// @param seed        of the draws
public record Sampling(double temperature, int topK, double topP, Seed seed) {
    /// Always the likeliest token.
    public static final Sampling GREEDY = new Sampling(0, 0, 1, Seed.of(0));

    public Sampling {
        if (!(temperature >= 0)) throw TunebookException.of("Sampling", "temperature is below 0", "" + temperature, "give 0 (greedy) or more");
        if (topK < 0) throw TunebookException.of("Sampling", "topK is below 0", "" + topK, "give 0 (all tokens) or more");
        if (!(topP > 0 && topP <= 1)) throw TunebookException.of("Sampling", "topP is not a probability", "" + topP, "give more than 0, at most 1");
    }

    public static Sampling temperature(double temperature, Seed seed) {
        return new Sampling(temperature, 0, 1, seed);
    }

    public Sampling topK(int v) { return new Sampling(temperature, v, topP, seed); }
    public Sampling topP(double v) { return new Sampling(temperature, topK, v, seed); }

    boolean isGreedy() {
        return temperature == 0;
    }
}
