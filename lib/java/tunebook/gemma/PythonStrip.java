package tunebook.gemma;

/// Trimming as Python's `str.strip` does it: Java's own differs on a few characters (no-break spaces, U+001C to U+001F).
final class PythonStrip {
    private PythonStrip() {}

    static String of(String text) {
        int from = 0, to = text.length();
        while (from < to && isSpace(text.charAt(from))) from++;
        while (to > from && isSpace(text.charAt(to - 1))) to--;
        return text.substring(from, to);
    }

    private static boolean isSpace(char c) {
        return c >= 0x09 && c <= 0x0D || c >= 0x1C && c <= 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680
            || c >= 0x2000 && c <= 0x200A || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
    }
}
