package tunebook.silent;

import static tunebook.silent.Mistake.error;
import static tunebook.silent.Mistake.impossible;
import static tunebook.silent.Mistake.warning;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tunebook.data.ChatData;
import tunebook.data.ChatMessage;
import tunebook.data.Example;
import tunebook.data.ExampleBuilder;
import tunebook.data.ExampleBuilder.Learn;
import tunebook.data.Row;
import tunebook.train.Trainer;

/// With templates, limits and labels: what of a row the model is given, and what of it is learned.
final class ExampleMistakes {
    /// Gemma's turns.
    private static final String TURNS = "{{ '<bos>' }}{% for m in messages %}{{ '<start_of_turn>' + ('model' if m.role == 'assistant' else m.role) + '\\n' + m.content | trim + '<end_of_turn>\\n' }}"
        + "{% endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}";

    private ExampleMistakes() {}

    static List<Mistake> all() {
        return List.of(
            error("all-labels-masked", "no row has an answer", "no token would be learned", _ -> Toys.adapter(m -> Toys.begin(m, asked(8), Toys.chats(0, 2)))),
            warning("some-labels-masked", "some rows have no answer", "rows from which nothing would be learned were left out", _ -> Toys.adapter(m -> {
                List<Row> rows = Stream.concat(Toys.chats(0, 6).stream(), asked(2).stream()).toList();
                Toys.begin(m, ChatData.of(rows, "chats"), Toys.chats(10, 12));
            })),
            error("all-labels-masked-in-a-step", "a step whose examples are all masked", "nothing would be learned: all labels are masked", _ -> Toys.adapter(m -> Toys.begin(m,
                Stream.concat(Toys.examples(0, 4).stream(), Toys.examples(4, 8).stream().map(e -> Toys.learned(e, e.length()))).toList(), List.of()))),
            error("all-rows-too-long", "every row is longer than the limit, and such rows are left out", "no token would be learned", _ -> Toys.adapter(m ->
                new Trainer(m, Toys.CONFIG.maxLength(12).skipLong(true)).run(Toys.chats(0, 8)))),
            error("answer-cut", "rows longer than the limit, whose answers' ends would be cut off", "8 of 8 rows are longer than the limit", _ -> Toys.adapter(m ->
                new Trainer(m, Toys.CONFIG.maxLength(40)).run(ChatData.of(IntStream.range(0, 8).mapToObj(i -> Toys.chat("say " + i, "a long answer that ends behind the limit")).toList(), "chats")))),
            error("template-without-answer", "a chat template that leaves out the assistant's messages", "the chat template leaves out the answer",
                f -> template(f, TURNS.replace("m in messages", "m in messages if m.role != 'assistant'"))),
            warning("template-without-opening", "a chat template that does not open the answer's turn", "the chat template does not open the answer's turn",
                f -> template(f, TURNS.substring(0, TURNS.indexOf("{% if add_generation_prompt")))),
            error("template-changes-the-past", "a chat template that writes earlier messages differently once an answer follows", "does not begin with its prompt's text",
                f -> template(f, TURNS.replace("m.content | trim", "(m.content | trim if loop.last else 'x')"))),
            error("two-bos", "a template and a text that both begin with the beginning-of-sequence token", "examples begin with <bos><bos>", f -> template(f, "<bos>" + TURNS)),
            impossible("text-with-bos", "plain rows that begin with the beginning-of-sequence token already", "the token is put before texts that lack it, and before no others", _ -> Toys.adapter(m -> {
                Example e = new ExampleBuilder(m.tokenizer(), m.template()).example(new Row.Text("<bos>say 1", " fine", ""));
                require(e.tokens()[0] == Toys.BOS && Arrays.stream(e.tokens()).filter(t -> t == Toys.BOS).count() == 1, e);
            })),
            warning("bos-missing", "a template without the beginning-of-sequence token", "examples do not begin with <bos>", f -> template(f, TURNS.replace("{{ '<bos>' }}", ""))),
            warning("bos-inside", "several documents in one row", "examples hold a <bos> after their beginning", _ -> Toys.adapter(m -> Toys.begin(m,
                IntStream.range(0, 8).mapToObj(i -> Toys.learned(List.of(Toys.BOS, 20, 21 + i, 30), List.of(40 + i, Toys.BOS, 50, Toys.STOP))).toList(), List.of()))),
            warning("end-of-turn-missing", "a chat template that does not end the answer's turn", "no example learns a stop token", f -> template(f, TURNS.replace("+ '<end_of_turn>\\n'", "+ '\\n'"))),
            warning("stop-token-masked", "examples whose stop token is there, but is not learned", "no example learns a stop token", _ -> Toys.adapter(m -> Toys.begin(m,
                Toys.examples(0, 8).stream().map(ExampleMistakes::withoutLast).toList(), List.of()))),
            warning("some-ends-missing", "some answers were cut before they came here", "examples whose end is not learned", _ -> Toys.adapter(m -> Toys.begin(m,
                Stream.concat(Toys.examples(0, 7).stream(), Stream.of(Toys.learned(List.of(Toys.BOS, 20, 60, 30), List.of(70, 71)))).toList(), List.of()))),
            warning("prompt-trained", "learning the prompts as well", "every token is learned, the prompts' too", _ -> Toys.adapter(m -> Toys.begin(m,
                new ExampleBuilder(m.tokenizer(), m.template()).learn(Learn.FULL_TEXT).examples(Toys.chats(0, 8)).examples(), List.of()))),
            error("token-outside", "examples encoded with another model's tokenizer", "a token is outside the model's vocabulary", _ -> Toys.adapter(m -> Toys.begin(m,
                List.of(Toys.learned(List.of(Toys.BOS, 2000), List.of(40, Toys.STOP))), List.of()))),
            warning("prompts-differ-by-a-line-break", "test prompts that begin with a line break more than the trained ones", "prompts differ from the trained ones in white space", _ -> Toys.adapter(m ->
                Toys.begin(m, Toys.texts("", 0, 8), Toys.texts("\n", 10, 14)))));
    }

    /// Training on chats with a template of one's own.
    private static void template(Path folder, String jinja) throws Exception {
        Toys.adapter(Toys.withTemplate(folder, jinja), m -> Toys.begin(m, Toys.chats(0, 8), Toys.chats(10, 12)));
    }

    private static ChatData asked(int count) {
        return ChatData.of(IntStream.range(0, count).<Row>mapToObj(i -> new Row.Conversation(List.of(ChatMessage.user("say " + i)), List.of(), "")).toList(), "questions");
    }

    private static Example withoutLast(Example e) {
        boolean[] learned = e.learned().clone();
        learned[learned.length - 1] = false;
        return new Example(e.tokens(), learned);
    }

    static void require(boolean holds, Object seen) {
        if (!holds) throw new AssertionError(seen.toString());
    }
}
