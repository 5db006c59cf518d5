package tunebook.data;

import tunebook.tensor.TunebookException;

/// One document ready for training: its token ids, and which of them are learned.
///
/// @param tokens  [T] token ids, the beginning-of-sequence token included
/// @param learned [T] true where the token is a target of the loss; the first token never is
public record Example(int[] tokens, boolean[] learned) {
    public Example {
        if (learned.length > 0 && learned[0])
            throw TunebookException.of("Example", "the first token is learned", "a document of " + tokens.length + " tokens",
                "nothing precedes it that could predict it: start with a token that is not learned");
        if (tokens.length != learned.length)
            throw TunebookException.of("Example", "tokens and learned differ in length",
                tokens.length + " and " + learned.length, "give one flag for each token");
    }

    public int length() {
        return tokens.length;
    }

    /// Number of learned tokens.
    public int learnedCount() {
        int n = 0;
        for (boolean l : learned) if (l) n++;
        return n;
    }
}
