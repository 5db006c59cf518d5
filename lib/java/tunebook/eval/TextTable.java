package tunebook.eval;

import java.util.ArrayList;
import java.util.List;

/// Columns of plain text that line up in a fixed-width font, Korean (two cells a letter) among Latin.
final class TextTable {
    private final List<List<String>> rows = new ArrayList<>();

    TextTable row(Object... cells) {
        rows.add(List.of(cells).stream().map(String::valueOf).toList());
        return this;
    }

    /// Lines ended by a line feed; the last column is not filled up.
    @Override
    public String toString() {
        var text = new StringBuilder();
        for (List<String> row : rows) {
            var line = new StringBuilder();
            for (int c = 0; c < row.size(); c++) {
                int column = c;
                int width = rows.stream().filter(r -> column < r.size()).mapToInt(r -> cells(r.get(column))).max().orElse(0);
                line.append(row.get(c)).repeat(' ', width - cells(row.get(c)) + 2);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    /// Cells that `text` takes in a terminal.
    static int cells(String text) {
        return text.codePoints().map(TextTable::cells).sum();
    }

    private static int cells(int code) {
        int type = Character.getType(code);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.FORMAT) return 0;
        boolean wide = Character.isEmojiPresentation(code) || code >= 0xFF01 && code <= 0xFF60 || code >= 0x3000 && code <= 0x303E
            || switch (Character.UnicodeScript.of(code)) {
                case HANGUL, HAN, HIRAGANA, KATAKANA -> true;
                default -> false;
            };
        return wide ? 2 : 1;
    }

    /// `text` on one line, cut to `width` cells with an ellipsis.
    static String shorten(String text, int width) {
        String line = text.strip().replaceAll("\\s*\\R\\s*", " ⏎ ");
        if (cells(line) <= width) return line;
        var kept = new StringBuilder();
        int used = 1;
        for (int code : line.codePoints().toArray()) {
            used += cells(code);
            if (used > width) break;
            kept.appendCodePoint(code);
        }
        return kept + "…";
    }
}
