package tunebook.notebook;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tunebook.data.Batch;
import tunebook.data.Example;
import tunebook.tokenizer.Tokenizer;

/// Documents as the model gets them: every token, special ones visible, and which are learned.
///
/// @param documents each a list of tokens in order
public record DecodedBatch(List<List<Piece>> documents) implements Display {
    /// Documents that are shown.
    private static final int SHOWN = 4;
    private static final Pattern BYTE = Pattern.compile("<0x[0-9A-F]{2}>");

    /// One token, or the few bytes' tokens that make one character together.
    ///
    /// @param ids     token ids
    /// @param learned whether the loss is taken over it
    /// @param special whether it is a control token
    public record Piece(String text, List<Integer> ids, boolean learned, boolean special) {}

    /// Examples with their masks.
    public static DecodedBatch of(List<Example> examples, Tokenizer tokenizer) {
        return new DecodedBatch(examples.stream().map(e -> pieces(e.tokens(), e.learned(), tokenizer)).toList());
    }

    /// One example with its mask.
    public static DecodedBatch of(Example example, Tokenizer tokenizer) {
        return of(List.of(example), tokenizer);
    }

    /// A packed batch, taken apart into its documents; filling is left out.
    public static DecodedBatch of(Batch batch, Tokenizer tokenizer) {
        int[] tokens = batch.tokens().toInts();
        int[] segments = batch.segments().toInts();
        boolean[] learned = new boolean[tokens.length];
        int[] predictors = batch.predictors().toInts();
        for (int a = 0; a < batch.learnedTokens(); a++) learned[predictors[a] + 1] = true;
        List<List<Piece>> documents = new ArrayList<>();
        for (int start = 0, end; start < tokens.length && segments[start] > 0; start = end) {
            end = start;
            while (end < tokens.length && segments[end] == segments[start]) end++;
            documents.add(pieces(Arrays.copyOfRange(tokens, start, end), Arrays.copyOfRange(learned, start, end), tokenizer));
        }
        return new DecodedBatch(documents);
    }

    private static List<Piece> pieces(int[] tokens, boolean[] learned, Tokenizer tokenizer) {
        List<Piece> pieces = new ArrayList<>();
        for (int i = 0, end; i < tokens.length; i = end) {
            end = i + 1;
            String word = tokenizer.token(tokens[i]);
            boolean bytes = BYTE.matcher(word).matches();
            while (bytes && end < tokens.length && learned[end] == learned[i] && BYTE.matcher(tokenizer.token(tokens[end])).matches()) end++;
            String text = bytes ? tokenizer.decode(Arrays.copyOfRange(tokens, i, end)) : word.replace('▁', ' ');
            boolean special = tokenizer.isSpecial(tokens[i]) || !bytes && word.startsWith("<") && word.endsWith(">") && word.length() > 2;
            pieces.add(new Piece(text, Arrays.stream(tokens, i, end).boxed().toList(), learned[i], special));
        }
        return pieces;
    }

    private static long tokens(List<Piece> document, boolean onlyLearned) {
        return document.stream().filter(p -> p.learned || !onlyLearned).mapToLong(p -> p.ids.size()).sum();
    }

    private static String heading(List<Piece> document) {
        return Figures.count(tokens(document, false)) + " tokens, " + Figures.count(tokens(document, true)) + " learned";
    }

    private String rest() {
        return documents.size() <= SHOWN ? "" : "… and " + Figures.count(documents.size() - SHOWN) + " more documents";
    }

    @Override
    public String text() {
        String shown = documents.stream().limit(SHOWN).map(d -> "(" + heading(d) + "; learned between ⟦ and ⟧)\n" + marked(d)).collect(Collectors.joining("\n\n"));
        return rest().isEmpty() ? shown : shown + "\n" + rest();
    }

    private static String marked(List<Piece> document) {
        var text = new StringBuilder();
        boolean learned = false;
        for (Piece piece : document) {
            if (piece.learned != learned) text.append(piece.learned ? "⟦" : "⟧");
            learned = piece.learned;
            text.append(piece.text);
        }
        return text.append(learned ? "⟧" : "").toString();
    }

    @Override
    public String html() {
        String legend = Html.div(Html.FAINT, "grey: prompt · " + Html.span("background:" + Html.GOOD + ";opacity:1", "green: learned") + " · boxes: control tokens · point at a token for its id");
        String shown = documents.stream().limit(SHOWN).map(DecodedBatch::document).collect(Collectors.joining());
        return Html.div(Html.FONT + "max-width:960px;color:inherit", legend + shown + (rest().isEmpty() ? "" : Html.div(Html.FAINT, rest())));
    }

    private static String document(List<Piece> document) {
        String inner = document.stream().map(DecodedBatch::token).collect(Collectors.joining());
        return Html.div("margin:.5em 0", Html.div(Html.FAINT, heading(document))
            + Html.div(Html.MONO + "white-space:pre-wrap;overflow-wrap:anywhere;border-left:3px solid " + Html.LINE + ";padding-left:8px", inner));
    }

    private static String token(Piece piece) {
        String style = piece.learned ? "background:" + Html.GOOD + ";" : Html.FAINT;
        if (piece.special) style += "border:1px solid " + Html.LINE + ";border-radius:3px;padding:0 2px;";
        String ids = piece.ids.stream().map(String::valueOf).collect(Collectors.joining(" "));
        return "<span title=\"" + ids + "\" style=\"" + style + "\">" + Html.escape(piece.text.replace("\n", "⏎\n")) + "</span>";
    }
}
