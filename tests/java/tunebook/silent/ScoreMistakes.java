package tunebook.silent;

import static tunebook.silent.Mistake.error;
import static tunebook.silent.Mistake.warning;

import java.util.List;
import java.util.Set;
import tunebook.data.ChatData;
import tunebook.data.ChatMessage;
import tunebook.data.Row;
import tunebook.eval.Bleu;
import tunebook.eval.FunctionCallScore;
import tunebook.eval.Perplexity;
import tunebook.eval.TextScore;
import tunebook.generate.Generator;
import tunebook.generate.Sampling;
import tunebook.train.Evaluation;
import tunebook.train.Trainer;

/// With generation and with scores.
final class ScoreMistakes {
    private static final ChatData NONE = Toys.chats(0, 0);

    private ScoreMistakes() {}

    static List<Mistake> all() {
        return List.of(
            error("calls-over-no-rows", "function calls scored over zero rows", "no row to score", _ -> Toys.adapter(m -> FunctionCallScore.of(m, NONE))),
            error("texts-over-no-rows", "texts scored over zero rows", "no row to score", _ -> Toys.adapter(m -> TextScore.of(m, NONE))),
            error("bleu-over-no-rows", "BLEU over zero rows", "nothing to score", _ -> new Bleu().corpus(List.of())),
            error("perplexity-over-no-tokens", "perplexity over zero tokens", "no token was scored", _ -> Perplexity.of()),
            error("loss-over-no-answers", "the loss over rows without an answer", "no token would be learned", _ -> Toys.adapter(m ->
                Evaluation.meanLoss(m, ChatData.of(List.of(new Row.Conversation(List.of(ChatMessage.user("a")), List.of(), "")), "questions")))),
            error("expected-text-missing", "texts scored over rows that have no right one", "a row has no text to compare with", _ -> Toys.adapter(m ->
                TextScore.of(m, ChatData.of(List.of(Toys.chat("a", "")), "chats")))),
            error("scores-of-other-rows", "a score compared with that of other rows", "the scores are of different rows", _ ->
                texts("a", "b").compareWith(texts("a", "c"))),
            warning("answers-cut", "scoring answers that were cut by the limit", "answers were cut by the length limit", _ -> Toys.adapter(m -> TextScore.of(m, Toys.chats(0, 1), Sampling.GREEDY, 2))),
            warning("prompt-and-training-differ", "asking with one line break less than in training", "prompts differ from the trained ones in white space", _ -> Toys.adapter(m -> {
                new Trainer(m, Toys.CONFIG).run(Toys.texts("", 0, 8));
                try (Generator generator = new Generator(m, 1)) {
                    generator.generate(m.tokenizer().encode("<bos>question: 3answer:"), 1, Set.of());
                }
            })),
            error("prompt-empty", "a prompt without a token", "a prompt without tokens", _ -> Toys.adapter(m -> {
                try (Generator generator = new Generator(m, 1)) {
                    generator.generate(new int[0], 1, Set.of());
                }
            })),
            error("model-not-finite-generates", "generating with a model that has a weight that is not a number", "the logits are not finite", f -> Toys.adapter(Toys.broken(f), m -> {
                try (Generator generator = new Generator(m, 1)) {
                    generator.generate(m.tokenizer().encode("<bos>a"), 1, Set.of());
                }
            })),
            error("model-not-finite-scores", "the loss of a model that has a weight that is not a number", "the loss is not finite", f -> Toys.adapter(Toys.broken(f), m -> Evaluation.meanLoss(m, Toys.chats(0, 2)))));
    }

    private static TextScore texts(String request, String expected) {
        return new TextScore(List.of(new TextScore.Row(request, expected, "x")));
    }
}
