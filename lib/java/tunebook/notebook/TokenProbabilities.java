package tunebook.notebook;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tunebook.tensor.HostArray;
import tunebook.tensor.TunebookException;
import tunebook.tokenizer.Tokenizer;

/// The likeliest next tokens, with their probabilities.
///
/// @param tokens likeliest first
public record TokenProbabilities(List<Choice> tokens) implements Display {
    /// @param text        the token, spaces and control tokens visible
    /// @param probability 0 to 1
    public record Choice(String text, int id, double probability) {}

    /// The `count` likeliest tokens of the last row of `logits` ([V] or [T, V]).
    public static TokenProbabilities of(HostArray logits, Tokenizer tokenizer, int count) {
        if (logits.shape().rank() < 1 || count < 1)
            throw TunebookException.of("TokenProbabilities.of", "nothing to show", logits + ", " + count + " tokens", "give logits [V] or [T, V] and a count of 1 or more");
        int v = logits.shape().dim(-1);
        double[] scores = IntStream.range(0, v).mapToDouble(i -> logits.getFloat(logits.size() - v + i)).toArray();
        double top = IntStream.range(0, v).mapToDouble(i -> scores[i]).max().orElse(0);
        double sum = IntStream.range(0, v).mapToDouble(i -> Math.exp(scores[i] - top)).sum();
        return new TokenProbabilities(IntStream.range(0, v).boxed().sorted(Comparator.comparingDouble(i -> -scores[i])).limit(count)
            .map(i -> new Choice(tokenizer.token(i).replace('▁', '·').replace("\n", "⏎"), i, Math.exp(scores[i] - top) / sum)).toList());
    }

    @Override
    public String text() {
        return tokens.stream().map(c -> String.format(java.util.Locale.ROOT, "%6s  %s (%d)", Figures.percent(c.probability), c.text, c.id)).collect(Collectors.joining("\n"));
    }

    @Override
    public String html() {
        List<List<String>> rows = new ArrayList<>(List.of(List.of("token", "id", "probability", "")));
        for (Choice c : tokens)
            rows.add(List.of(Html.span(Html.MONO, Html.escape(c.text)), "" + c.id, Figures.percent(c.probability), ScoreView.bar(100 * c.probability)));
        return Html.table(rows, List.of(false, true, true, false));
    }
}
