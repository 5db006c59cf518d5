package tunebook.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import tunebook.data.Example;
import tunebook.data.PromptFrame;
import tunebook.data.StopTokens;
import tunebook.model.LanguageModel;
import tunebook.tensor.TunebookException;
import tunebook.tokenizer.Tokenizer;

/// What a run's examples are looked at for before its first step: what cannot be meant is an error, what is hardly ever meant a warning.
final class ExampleChecks {
    /// Tokens at an example's end among which a stop token is looked for: `<end_of_turn>` and a line break after it, say.
    private static final int TAIL = 3;
    /// Rows of an embedding that may have no token (padding).
    private static final int SPARE_ROWS = 1024;

    private final Tokenizer tokenizer;
    private final int vocabulary;
    private final List<Example> train;
    private final List<Example> test;
    private final List<String> warnings = new ArrayList<>();

    private ExampleChecks(LanguageModel model, List<Example> train, List<Example> test) {
        this.tokenizer = model.tokenizer();
        this.vocabulary = model.network().vocabSize();
        this.train = train;
        this.test = test;
    }

    /// What is hardly ever meant, each as "what is wrong — what was given — what to do".
    ///
    /// @throws TunebookException for a token outside the model's vocabulary, and for an example that begins with two beginning-of-sequence tokens
    static List<String> warnings(LanguageModel model, List<Example> train, List<Example> test) {
        ExampleChecks checks = new ExampleChecks(model, train, test);
        checks.tokens(train);
        checks.tokens(test);
        tokenizerOf(model).ifPresent(checks.warnings::add);
        model.tokenizer().bosToken().ifPresent(checks::beginnings);
        checks.ends();
        checks.prompts();
        checks.duplicates();
        checks.overlap();
        PromptFrame.of(train).flatMap(f -> f.spacing(test.stream().map(ExampleChecks::prompt).toList(), model.tokenizer())).ifPresent(checks.warnings::add);
        return checks.warnings;
    }

    private static Optional<String> tokenizerOf(LanguageModel model) {
        int rows = model.network().vocabSize();
        int tokens = model.tokenizer().vocabSize();
        return rows - tokens <= SPARE_ROWS ? Optional.empty() : Optional.of(warning("the tokenizer may be another model's",
            "it has %,d tokens, the embedding %,d rows".formatted(tokens, rows), "take the tokenizer.json that came with the weights"));
    }

    static String warning(String wrong, String given, String remedy) {
        return wrong + " — " + given + " — " + remedy;
    }

    private void warn(String wrong, String given, String remedy) {
        warnings.add(warning(wrong, given, remedy));
    }

    /// The device would take the nearest token of the vocabulary for one outside it.
    private void tokens(List<Example> examples) {
        for (int i = 0; i < examples.size(); i++)
            for (int t : examples.get(i).tokens())
                if (t < 0 || t >= vocabulary)
                    throw TunebookException.of("Trainer.run", "a token is outside the model's vocabulary", "token " + t + name(t) + " of example " + i
                        + ", vocabulary of " + vocabulary, "encode the rows with the model's own tokenizer; a token that was added to it has no embedding");
    }

    private String name(int token) {
        return token >= 0 && token < tokenizer.vocabSize() ? " (" + tokenizer.token(token) + ")" : "";
    }

    private void beginnings(String bosToken) {
        int bos = tokenizer.bos();
        List<Integer> twice = which(train, e -> e.length() > 1 && e.tokens()[0] == bos && e.tokens()[1] == bos);
        if (!twice.isEmpty())
            throw TunebookException.of("Trainer.run", "examples begin with " + bosToken + bosToken, some(twice) + ": " + start(twice.getFirst()),
                "let either the template or the text write " + bosToken + ", not both");
        List<Integer> none = which(train, e -> e.length() > 0 && e.tokens()[0] != bos);
        if (!none.isEmpty()) warn("examples do not begin with " + bosToken, some(none) + ": " + start(none.getFirst()), "begin each with it, as in the model's own training");
        List<Integer> inside = which(train, e -> Arrays.stream(e.tokens()).skip(1).anyMatch(t -> t == bos));
        if (!inside.isEmpty()) warn("examples hold a " + bosToken + " after their beginning", some(inside), "give each document as a row of its own");
    }

    private String start(int example) {
        return "\"" + tokenizer.decode(Arrays.copyOf(train.get(example).tokens(), Math.min(8, train.get(example).length()))).replace("\n", "\\n") + "…\"";
    }

    private void ends() {
        Set<Integer> stops = StopTokens.of(tokenizer);
        List<Integer> open = which(train, e -> IntStream.range(Math.max(0, e.length() - TAIL), e.length()).noneMatch(i -> e.learned()[i] && stops.contains(e.tokens()[i])));
        if (open.isEmpty()) return;
        List<String> names = stops.stream().map(tokenizer::token).toList();
        String remedy = "end the answer with one of " + names + " and learn it";
        if (open.size() == train.size()) warn("no example learns a stop token: the model will not learn to end its answers", train.size() + " examples", remedy);
        else warn("examples whose end is not learned: none of their last tokens is a stop token that is learned", some(open), remedy);
    }

    private void prompts() {
        if (train.stream().allMatch(e -> e.learnedCount() == e.length() - 1))
            warn("every token is learned, the prompts' too", train.size() + " examples, nothing masked", "learn COMPLETION, unless the whole text is meant");
    }

    private void duplicates() {
        Map<List<Integer>, Integer> first = new HashMap<>();
        List<Integer> again = new ArrayList<>();
        for (int i = 0; i < train.size(); i++) if (first.putIfAbsent(boxed(train.get(i).tokens()), i) != null) again.add(i);
        if (again.isEmpty()) return;
        int one = again.getFirst();
        warn("examples to train on that repeat an earlier one", some(again) + " (equals example " + first.get(boxed(train.get(one).tokens())) + ")", "leave the repeats out, unless they are meant as weight");
    }

    private void overlap() {
        List<Integer> same = seen(e -> boxed(e.tokens()));
        List<Integer> asked = seen(e -> boxed(prompt(e)));
        String remedy = "hold out rows that are not trained on: ChatData.split";
        if (!same.isEmpty()) warn("test examples that are trained on", some(same, test) + ": their loss says nothing about new rows", remedy);
        asked.removeAll(same);
        asked.removeIf(i -> prompt(test.get(i)).length < 2); // plain text without a prompt
        if (!asked.isEmpty()) warn("test examples whose prompt is trained on, with another answer", some(asked, test), remedy);
    }

    private List<Integer> seen(Function<Example, List<Integer>> key) {
        Set<List<Integer>> known = new HashSet<>();
        train.forEach(e -> known.add(key.apply(e)));
        return which(test, e -> known.contains(key.apply(e)));
    }

    private static int[] prompt(Example e) {
        OptionalInt first = IntStream.range(0, e.length()).filter(i -> e.learned()[i]).findFirst();
        return Arrays.copyOf(e.tokens(), first.orElse(e.length()));
    }

    private static List<Integer> boxed(int[] tokens) {
        return Arrays.stream(tokens).boxed().toList();
    }

    private static List<Integer> which(List<Example> examples, Predicate<Example> is) {
        return new ArrayList<>(IntStream.range(0, examples.size()).filter(i -> is.test(examples.get(i))).boxed().toList());
    }

    private String some(List<Integer> which) {
        return some(which, train);
    }

    private static String some(List<Integer> which, List<Example> of) {
        return which.size() + " of " + of.size() + ", the first of them example " + which.getFirst();
    }
}
