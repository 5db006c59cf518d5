package tunebook.generate;

import java.util.Arrays;
import tunebook.tokenizer.Tokenizer;

/// What was generated for one prompt.
///
/// @param tokens    ids after the prompt, the stop token included
/// @param tokenizer what they are written with
/// @param finish    why it ended
public record Generated(int[] tokens, Tokenizer tokenizer, Finish finish) {
    /// Why generation ended.
    public enum Finish { STOP_TOKEN, MAX_TOKENS, INTERRUPTED }

    /// Their text, special tokens included. Throws for a token that the tokenizer does not have: a model may hold more rows of vocabulary than it.
    public String text() {
        return tokenizer.decode(tokens);
    }

    @Override
    public String toString() {
        return text();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Generated g && Arrays.equals(tokens, g.tokens) && finish == g.finish;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(tokens);
    }
}
