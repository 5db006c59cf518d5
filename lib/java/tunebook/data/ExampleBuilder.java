package tunebook.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import tunebook.tensor.TunebookException;
import tunebook.tokenizer.Tokenizer;

/// Makes [Example]s of rows: renders a row's prompt and its whole text, encodes both and marks what is learned.
///
/// By default everything after the prompt is learned, the closing token included. A conversation is rendered by the
/// chat template, which writes its own control tokens; plain text gets the bos token before it and the eos token after
/// it where it does not carry them. A row is never cut: one longer than `maxTokens` is left out and counted, or an error.
///
/// The ids of the prompt are those that generation will be given. Where the whole text would be encoded otherwise at
/// the seam (a prompt ending in a space, say), prompt and completion are encoded apart and joined, and counted in
/// [Examples#seams].
///
/// @param maxTokens longest row in tokens
/// @param tooLong   what happens to longer rows
/// @param learn     which tokens are learned
public record ExampleBuilder(Tokenizer tokenizer, ChatTemplate template, int maxTokens, TooLong tooLong, Learn learn) {
    /// Which tokens the loss looks at.
    public enum Learn {
        /// Everything after the prompt.
        COMPLETION,
        /// Every token but the first.
        FULL_TEXT
    }

    /// What happens to a row of more than `maxTokens` tokens.
    public enum TooLong { SKIP, ERROR }

    /// Rows of any length, learned after the prompt.
    public ExampleBuilder(Tokenizer tokenizer, ChatTemplate template) {
        this(tokenizer, template, Integer.MAX_VALUE, TooLong.SKIP, Learn.COMPLETION);
    }

    public ExampleBuilder maxTokens(int maxTokens) {
        return new ExampleBuilder(tokenizer, template, maxTokens, tooLong, learn);
    }

    public ExampleBuilder tooLong(TooLong tooLong) {
        return new ExampleBuilder(tokenizer, template, maxTokens, tooLong, learn);
    }

    public ExampleBuilder learn(Learn learn) {
        return new ExampleBuilder(tokenizer, template, maxTokens, tooLong, learn);
    }

    /// A row as text: what the model is given, and what it is to write.
    public record Rendered(String prompt, String completion) {
        public String text() {
            return prompt + completion;
        }
    }

    /// The row's prompt and completion. Throws where the text of the whole conversation does not begin with that of
    /// its prompt.
    public Rendered render(Row row) {
        return switch (row) {
            case Row.Conversation c -> render(c);
            case Row.Text t -> new Rendered(startsWithBos(t.prompt() + t.completion()) ? t.prompt() : bos() + t.prompt(),
                t.completion().isEmpty() ? "" : closed(t.completion()));
        };
    }

    private Rendered render(Row.Conversation c) {
        String prompt = template.render(c.prompt(), c.tools(), true);
        if (c.answer().isEmpty()) return new Rendered(prompt, "");
        String whole = template.render(c.messages(), c.tools(), false);
        boolean said = !c.answer().get().trimmed().isEmpty() || !c.answer().get().toolCalls().isEmpty();
        if (!whole.startsWith(prompt)) {
            if (said && whole.equals(template.render(c.prompt(), c.tools(), false))) throw withoutAnswer(c, "");
            int at = Arrays.mismatch(whole.toCharArray(), prompt.toCharArray());
            throw TunebookException.of("ExampleBuilder.render", "the conversation's text does not begin with its prompt's text",
                "they part at character " + at + ": \"" + excerpt(whole, at) + "\" and \"" + excerpt(prompt, at) + '"',
                "the chat template writes earlier messages differently once an answer follows: give one that does not, or learn FULL_TEXT rows of plain text");
        }
        Rendered rendered = new Rendered(prompt, whole.substring(prompt.length()));
        if (said && tokenizer.decodeWithoutSpecial(tokenizer.encode(rendered.completion)).isBlank()) throw withoutAnswer(c, rendered.completion);
        return rendered;
    }

    private static TunebookException withoutAnswer(Row.Conversation c, String completion) {
        return TunebookException.of("ExampleBuilder.render", "the chat template leaves out the answer", "after the prompt it writes \"" + completion.replace("\n", "\\n")
            + "\" for the answer \"" + excerpt(c.answer().orElseThrow().content(), 0) + '"', "give a template that writes the assistant's last message");
    }

    /// The ids of the row's prompt: what generation starts from.
    public int[] prompt(Row row) {
        return tokenizer.encode(render(row).prompt());
    }

    /// The row as an example, of any length. Throws where the template refuses the row.
    public Example example(Row row) {
        return build(row).example;
    }

    /// The examples of all rows, in their order. Throws where a row cannot be rendered, where no row has a learned
    /// token, and, with [TooLong#ERROR], where a row is too long.
    public Examples examples(ChatData data) {
        List<Built> built = built(data);
        List<Example> examples = new ArrayList<>();
        List<Integer> tooLongRows = new ArrayList<>(), unlearned = new ArrayList<>(), seams = new ArrayList<>();
        for (int i = 0; i < built.size(); i++) {
            Built b = built.get(i);
            if (b.example.length() > maxTokens) tooLongRows.add(i);
            else if (b.example.learnedCount() == 0) unlearned.add(i);
            else {
                examples.add(b.example);
                if (b.seam) seams.add(i);
            }
        }
        if (tooLong == TooLong.ERROR && !tooLongRows.isEmpty())
            throw TunebookException.of("ExampleBuilder.examples", tooLongRows.size() + " of " + data.size() + " rows are longer than the limit",
                "limit " + maxTokens + " tokens; first: row " + tooLongRows.getFirst() + " with " + built.get(tooLongRows.getFirst()).example.length(),
                "raise maxTokens (of a training: maxLength), or leave them out with tooLong(TooLong.SKIP) (skipLong(true))");
        if (examples.isEmpty())
            throw TunebookException.of("ExampleBuilder.examples", "no token would be learned", data.size() + " rows: " + unlearned.size() + " without an answer"
                + (tooLongRows.isEmpty() ? "" : ", " + tooLongRows.size() + " longer than " + maxTokens + " tokens"),
                unlearned.size() >= tooLongRows.size() ? "give rows whose last message is the assistant's, or with a completion" : "raise maxTokens (of a training: maxLength)");
        List<String> warnings = new ArrayList<>(openingTurn(data).stream().toList());
        if (!unlearned.isEmpty())
            warnings.add("rows from which nothing would be learned were left out — " + unlearned.size() + " of " + data.size() + " rows have no answer, the first of them row "
                + unlearned.getFirst() + " — give them an answer, or leave them out with ChatData.where");
        return new Examples(examples, data.size(), tooLongRows, unlearned, seams, warnings);
    }

    /// Asked for the beginning of the answer's turn, a template writes something.
    private Optional<String> openingTurn(ChatData data) {
        return data.stream().filter(r -> r instanceof Row.Conversation c && c.answer().isPresent() && c.prompt().size() > 0 && c.prompt().getLast().role().equals("user"))
            .findFirst().map(r -> (Row.Conversation) r)
            .filter(c -> template.render(c.prompt(), c.tools(), true).equals(template.render(c.prompt(), c.tools(), false)))
            .map(c -> "the chat template does not open the answer's turn — add_generation_prompt changes nothing — the model must write the turn's beginning itself: give a template"
                + " that writes it");
    }

    private List<Built> built(ChatData data) {
        IntStream rows = IntStream.range(0, data.size());
        try {
            return rows.parallel().mapToObj(i -> build(data.row(i), i)).toList();
        } catch (TunebookException e) {
            for (int i = 0; i < data.size(); i++) build(data.row(i), i); // the first bad row, whichever thread met one first
            throw e;
        }
    }

    private record Built(Example example, boolean seam) {}

    private Built build(Row row, int index) {
        try {
            return build(row);
        } catch (TunebookException e) {
            throw TunebookException.because(e, "ExampleBuilder.examples", "row " + index + " cannot be an example", e.getMessage(),
                "mend the row or leave it out with ChatData.where");
        }
    }

    private Built build(Row row) {
        return learn == Learn.FULL_TEXT ? new Built(fullText(row), false) : completion(render(row));
    }

    private Example fullText(Row row) {
        String text = row instanceof Row.Conversation c ? template.render(c.messages(), c.tools(), false) : render(row).text();
        int[] tokens = tokenizer.encode(text);
        return new Example(tokens, learnedFrom(1, tokens.length));
    }

    private Built completion(Rendered rendered) {
        int[] prompt = tokenizer.encode(rendered.prompt());
        if (rendered.completion().isEmpty()) return new Built(new Example(prompt, new boolean[prompt.length]), false);
        int[] tokens = tokenizer.encode(rendered.text());
        int common = Arrays.mismatch(prompt, tokens);
        boolean seam = common >= 0 && common < prompt.length;
        if (seam) {
            int[] completion = tokenizer.encode(rendered.completion());
            tokens = Arrays.copyOf(prompt, prompt.length + completion.length);
            System.arraycopy(completion, 0, tokens, prompt.length, completion.length);
        }
        return new Built(new Example(tokens, learnedFrom(Math.max(1, prompt.length), tokens.length)), seam);
    }

    private static boolean[] learnedFrom(int first, int length) {
        boolean[] learned = new boolean[length];
        if (first < length) Arrays.fill(learned, first, length, true);
        return learned;
    }

    private boolean startsWithBos(String text) {
        return tokenizer.bosToken().map(text::startsWith).orElse(true);
    }

    private String bos() {
        return tokenizer.bosToken().orElse("");
    }

    /// The completion with the eos token, unless it ends in a special token already.
    private String closed(String completion) {
        String tail = completion.stripTrailing();
        int[] last = tokenizer.encode(tail.substring(Math.max(0, tail.lastIndexOf('<'))));
        boolean closed = last.length == 1 && tokenizer.isSpecial(last[0]);
        return closed ? completion : completion + tokenizer.eosToken().orElse("");
    }

    private static String excerpt(String text, int at) {
        return text.substring(Math.max(0, at - 20), Math.min(text.length(), at + 20)).replace("\n", "\\n");
    }
}
