package tunebook.data;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tunebook.tokenizer.Tokenizer;

/// The tokens at which Gemma's chat formats end an answer.
public final class StopTokens {
    private static final List<String> NAMES = List.of("<eos>", "<end_of_turn>", "<start_function_response>");

    private StopTokens() {}

    /// Those of them that `tokenizer` has: end of sequence, end of turn, and (FunctionGemma) start of a function's response.
    public static Set<Integer> of(Tokenizer tokenizer) {
        Set<Integer> out = new LinkedHashSet<>();
        for (String name : NAMES) tokenizer.lookup(name).ifPresent(out::add);
        return out;
    }
}
