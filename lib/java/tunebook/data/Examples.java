package tunebook.data;

import java.util.Iterator;
import java.util.List;

/// The examples of a data set, and what became of the rows that are not among them.
///
/// @param examples  in the order of their rows, each with at least one learned token
/// @param rows      how many rows there were
/// @param tooLong   indexes of rows left out because they have too many tokens
/// @param unlearned indexes of rows left out because nothing in them is learned (no answer)
/// @param seams     indexes of rows whose prompt and completion were encoded apart
/// @param warnings  what is hardly ever meant about all of them
public record Examples(List<Example> examples, int rows, List<Integer> tooLong, List<Integer> unlearned, List<Integer> seams, List<String> warnings)
        implements Iterable<Example> {
    public Examples {
        examples = List.copyOf(examples);
        tooLong = List.copyOf(tooLong);
        unlearned = List.copyOf(unlearned);
        seams = List.copyOf(seams);
        warnings = List.copyOf(warnings);
    }

    public int size() {
        return examples.size();
    }

    public Example get(int index) {
        return examples.get(index);
    }

    @Override
    public Iterator<Example> iterator() {
        return examples.iterator();
    }

    /// Tokens of all examples together.
    public long tokens() {
        return examples.stream().mapToLong(Example::length).sum();
    }

    /// Learned tokens of all examples together.
    public long learnedTokens() {
        return examples.stream().mapToLong(Example::learnedCount).sum();
    }

    @Override
    public String toString() {
        var text = new StringBuilder().append(size()).append(" examples of ").append(rows).append(" rows, ").append(tokens())
            .append(" tokens, ").append(learnedTokens()).append(" learned");
        if (!tooLong.isEmpty()) text.append("; ").append(tooLong.size()).append(" too long, left out");
        if (!unlearned.isEmpty()) text.append("; ").append(unlearned.size()).append(" without an answer, left out");
        if (!seams.isEmpty()) text.append("; ").append(seams.size()).append(" whose completion begins inside a token of the prompt, encoded apart");
        return text.toString();
    }
}
