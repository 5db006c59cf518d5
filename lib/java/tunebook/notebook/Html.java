package tunebook.notebook;

import java.util.List;

/// Pieces of HTML and the few colours of all displays.
final class Html {
    /// Sans-serif as the surrounding page has it.
    static final String FONT = "font-family:var(--jp-ui-font-family,system-ui,sans-serif);font-size:13px;line-height:1.45;";
    static final String MONO = "font-family:var(--jp-code-font-family,ui-monospace,Menlo,Consolas,monospace);font-size:12.5px;";
    static final String FAINT = "opacity:.62;";
    static final String LINE = "rgba(128,128,128,.28)";
    static final String GOOD = "rgba(46,160,67,.28)";
    static final String BAD = "rgba(220,60,55,.26)";
    static final String MARK = "rgba(128,128,128,.16)";
    /// Strokes that stand out on white and on black.
    static final String BLUE = "#3d8bd9";
    static final String ORANGE = "#e08a1e";
    static final String GREEN = "#2ea04f";

    private Html() {}

    /// `text` as it is, in HTML.
    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }

    static String div(String style, String inner) {
        return "<div style=\"" + style + "\">" + inner + "</div>";
    }

    static String span(String style, String inner) {
        return "<span style=\"" + style + "\">" + inner + "</span>";
    }

    /// A table whose first row is its head; `numbers` says which columns are right-aligned.
    static String table(List<List<String>> rows, List<Boolean> numbers) {
        var html = new StringBuilder("<table style=\"" + FONT + "border-collapse:collapse;margin:.3em 0;color:inherit\">");
        for (int r = 0; r < rows.size(); r++) html.append(row(rows.get(r), numbers, r == 0));
        return html.append("</table>").toString();
    }

    private static String row(List<String> cells, List<Boolean> numbers, boolean head) {
        var html = new StringBuilder("<tr style=\"background:transparent;border-bottom:1px solid " + LINE + "\">");
        for (int c = 0; c < cells.size(); c++) {
            String align = numbers.get(c) ? "text-align:right;font-variant-numeric:tabular-nums;" : "text-align:left;";
            String style = align + "padding:3px 12px 3px 0;vertical-align:top;" + (head ? "font-weight:600;" : "");
            html.append(head ? "<th style=\"" : "<td style=\"").append(style).append("\">").append(cells.get(c)).append(head ? "</th>" : "</td>");
        }
        return html.append("</tr>").toString();
    }
}
