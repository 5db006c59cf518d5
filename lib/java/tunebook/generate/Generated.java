package tunebook.generate;

import java.util.Arrays;

/// What was generated for one prompt.
///
/// @param tokens ids after the prompt, the stop token included
/// @param text   their text, special tokens included
/// @param finish why it ended
public record Generated(int[] tokens, String text, Finish finish) {
    /// Why generation ended.
    public enum Finish { STOP_TOKEN, MAX_TOKENS, INTERRUPTED }

    @Override
    public String toString() {
        return text;
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
