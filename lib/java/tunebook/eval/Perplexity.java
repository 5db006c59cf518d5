package tunebook.eval;

import tunebook.tensor.TunebookException;

/// How surprised a model is by the learned tokens of a text: e to the mean negative log likelihood.
///
/// Scores of models with different tokenizers compare only by [#bitsPerByte].
///
/// @param nats   summed negative log likelihood, in nats
/// @param tokens number of tokens it is summed over, at least 1
public record Perplexity(double nats, long tokens) {
    public Perplexity {
        if (tokens < 1)
            throw TunebookException.of("Perplexity", "no token was scored", "0 tokens", "score a row that has learned tokens");
        if (!(nats >= 0 && nats < Double.POSITIVE_INFINITY))
            throw TunebookException.of("Perplexity", "not a negative log likelihood", nats + " nats over " + tokens + " tokens",
                "give finite sums of 0 or more");
    }

    /// Over the negative log likelihoods of single tokens, in nats. Throws if one is negative or not finite, naming the first.
    public static Perplexity of(double... tokenNats) {
        double sum = 0;
        for (int i = 0; i < tokenNats.length; i++) {
            if (!(tokenNats[i] >= 0 && tokenNats[i] < Double.POSITIVE_INFINITY))
                throw TunebookException.of("Perplexity.of", "not a negative log likelihood", tokenNats[i] + " at token " + i,
                    "look for a NaN in the model's loss");
            sum += tokenNats[i];
        }
        return new Perplexity(sum, tokenNats.length);
    }

    /// Over the tokens of both.
    public Perplexity plus(Perplexity other) {
        return new Perplexity(nats + other.nats, tokens + other.tokens);
    }

    /// Mean negative log likelihood of a token, in nats: what a training curve shows.
    public double loss() {
        return nats / tokens;
    }

    /// e to the loss; 1 is a model that always knew the next token.
    public double value() {
        return Math.exp(loss());
    }

    /// Bits a byte of the scored text costs; `bytes` is its length in UTF-8.
    public double bitsPerByte(long bytes) {
        if (bytes < 1) throw TunebookException.of("Perplexity.bitsPerByte", "no text", bytes + " bytes", "give the length of the scored text");
        return nats / Math.log(2) / bytes;
    }

    @Override
    public String toString() {
        return "perplexity = " + Decimal.of(value(), 2) + " (loss " + Decimal.of(loss(), 4) + ", " + tokens + " tokens)";
    }
}
