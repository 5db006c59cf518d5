package tunebook.jinja;

/// The text that a quoted literal stands for, with Python's escapes.
final class StringLiteral {
    private static final String NAMES = "ntrbfav0\\'\"";
    private static final String VALUES = "\n\t\r\b\f\u0007\u000B\u0000\\'\"";

    private StringLiteral() {}

    static String value(String quoted) {
        var text = new StringBuilder();
        int end = quoted.length() - 1;
        for (int i = 1; i < end; i++) {
            char c = quoted.charAt(i);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            char name = quoted.charAt(++i);
            int digits = switch (name) { case 'x' -> 2; case 'u' -> 4; case 'U' -> 8; default -> 0; };
            int known = NAMES.indexOf(name);
            if (digits > 0) {
                text.appendCodePoint(codePoint(quoted, i + 1, digits, end));
                i += digits;
            } else if (known >= 0) text.append(VALUES.charAt(known));
            else if (name != '\n') text.append('\\').append(name); // a line break after a backslash joins lines
        }
        return text.toString();
    }

    private static int codePoint(String quoted, int from, int digits, int end) {
        try {
            if (from + digits <= end) return Character.toString(Integer.parseInt(quoted.substring(from, from + digits), 16)).codePointAt(0);
        } catch (IllegalArgumentException e) {
            // told below
        }
        throw JinjaFailure.of("a broken escape in the text " + quoted);
    }
}
