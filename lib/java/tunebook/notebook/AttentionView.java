package tunebook.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tunebook.tensor.HostArray;
import tunebook.tensor.TunebookException;

/// Attention weights as squares: a row for each token that looks, a column for each that is seen, darker the more of its attention it gets.
///
/// @param tokens  the labels
/// @param weights for each head, a row of weights (0 to 1) for each token
public record AttentionView(List<String> tokens, List<float[][]> weights) implements Display {
    /// Tokens that are shown.
    public static final int TOKENS = 48;
    private static final int SIDE = 11;

    /// Weights [T, T], or [N, T, T] for N heads beside each other; only the first [#TOKENS] tokens are shown.
    ///
    /// @param tokens what each of the T tokens is called
    public static AttentionView of(HostArray weights, List<String> tokens) {
        int rank = weights.shape().rank();
        int t = rank < 2 ? 0 : weights.shape().dim(-1);
        if (rank < 2 || rank > 3 || weights.shape().dim(-2) != t || t != tokens.size())
            throw TunebookException.of("AttentionView.of", "not the weights of these tokens", weights + " for " + tokens.size() + " tokens",
                "give weights [T, T] or [N, T, T] and T tokens");
        int shown = Math.min(t, TOKENS);
        List<float[][]> heads = new ArrayList<>();
        for (long head = 0; head < weights.size() / ((long) t * t); head++) {
            float[][] square = new float[shown][shown];
            for (int q = 0; q < shown; q++)
                for (int k = 0; k < shown; k++) square[q][k] = weights.getFloat((head * t + q) * t + k);
            heads.add(square);
        }
        return new AttentionView(tokens.subList(0, shown), heads);
    }

    /// For each token the one that it looks at most, of each head.
    @Override
    public String text() {
        var text = new StringBuilder();
        for (int head = 0; head < weights.size(); head++) {
            if (weights.size() > 1) text.append("head ").append(head).append('\n');
            for (int q = 0; q < tokens.size(); q++) {
                int most = 0;
                for (int k = 1; k < tokens.size(); k++) if (weights.get(head)[q][k] > weights.get(head)[q][most]) most = k;
                text.append(String.format(Locale.ROOT, "%s → %s %.2f%n", tokens.get(q).strip(), tokens.get(most).strip(), weights.get(head)[q][most]));
            }
        }
        return text.toString().stripTrailing();
    }

    @Override
    public String html() {
        var squares = new StringBuilder();
        for (int head = 0; head < weights.size(); head++)
            squares.append(Html.div("flex:0 1 auto", (weights.size() > 1 ? Html.div(Html.FAINT, "head " + head) : "") + svg(weights.get(head))));
        return Html.div(Html.FONT + "color:inherit;display:flex;flex-wrap:wrap;gap:14px", squares.toString());
    }

    private String svg(float[][] square) {
        int label = 6 * Math.min(16, tokens.stream().mapToInt(t -> shown(t).length()).max().orElse(0)) + 6;
        int size = label + SIDE * tokens.size() + 2;
        var svg = new StringBuilder(String.format("<svg viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\" aria-label=\"attention\" style=\"max-width:100%%;height:auto;font-family:inherit\" font-size=\"9.5\" fill=\"currentColor\">",
            size, size, size));
        for (int i = 0; i < tokens.size(); i++) {
            int at = label + SIDE * i + 8;
            svg.append("<text x=\"").append(label - 4).append("\" y=\"").append(at).append("\" text-anchor=\"end\">").append(name(i)).append("</text>");
            svg.append("<text transform=\"translate(").append(at).append(' ').append(label - 4).append(") rotate(-90)\">").append(name(i)).append("</text>");
        }
        svg.append("<g fill=\"").append(Html.BLUE).append("\">");
        for (int q = 0; q < tokens.size(); q++)
            for (int k = 0; k < tokens.size(); k++)
                if (square[q][k] >= .005) svg.append(String.format(Locale.ROOT, "<rect x=\"%d\" y=\"%d\" width=\"10\" height=\"10\" opacity=\"%.2f\"/>",
                    label + SIDE * k, label + SIDE * q, Math.min(1, .06 + square[q][k])));
        return svg.append("</g></svg>").toString();
    }

    private String name(int i) {
        return Html.escape(shown(tokens.get(i)));
    }

    private static String shown(String token) {
        String text = token.replace("\n", "⏎").replace(' ', '·');
        return text.length() > 16 ? text.substring(0, 15) + "…" : text;
    }
}
