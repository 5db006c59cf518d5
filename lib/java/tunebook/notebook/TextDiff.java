package tunebook.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// Which words of a text another text has too, in the same order: the longest common subsequence of their words.
final class TextDiff {
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}_]+|\\s+|.", Pattern.DOTALL);
    private static final int WORDS = 2_000;

    private TextDiff() {}

    /// A run of words that the other text has (`same`) or has not.
    record Piece(String text, boolean same) {}

    /// `text` in pieces, against `other`. Very long texts are one piece, the same or not.
    static List<Piece> of(String text, String other) {
        List<String> a = words(text);
        List<String> b = words(other);
        if (a.size() > WORDS || b.size() > WORDS) return List.of(new Piece(text, text.equals(other)));
        int[][] common = common(a, b);
        List<Piece> pieces = new ArrayList<>();
        for (int i = 0, j = 0; i < a.size(); i++) {
            while (j < b.size() && !a.get(i).equals(b.get(j)) && common[i][j + 1] >= common[i + 1][j]) j++;
            boolean same = j < b.size() && a.get(i).equals(b.get(j));
            if (same) j++;
            add(pieces, a.get(i), same);
        }
        return pieces;
    }

    private static List<String> words(String text) {
        return WORD.matcher(text).results().map(MatchResult::group).toList();
    }

    /// Length of the longest common subsequence of what follows position i of a and j of b.
    private static int[][] common(List<String> a, List<String> b) {
        int[][] length = new int[a.size() + 1][b.size() + 1];
        for (int i = a.size() - 1; i >= 0; i--)
            for (int j = b.size() - 1; j >= 0; j--)
                length[i][j] = a.get(i).equals(b.get(j)) ? length[i + 1][j + 1] + 1 : Math.max(length[i + 1][j], length[i][j + 1]);
        return length;
    }

    private static void add(List<Piece> pieces, String word, boolean same) {
        if (!pieces.isEmpty() && pieces.getLast().same() == same) pieces.add(new Piece(pieces.removeLast().text() + word, same));
        else pieces.add(new Piece(word, same));
    }

    /// `text` as HTML, with `colour` behind what `other` has not.
    static String marked(String text, String other, String colour) {
        var html = new StringBuilder();
        for (Piece piece : of(text, other))
            html.append(piece.same() ? Html.escape(piece.text()) : Html.span("background:" + colour + ";border-radius:2px", Html.escape(piece.text())));
        return html.toString();
    }
}
