package tunebook.eval;

import java.util.ArrayList;
import java.util.List;

/// What counts as whitespace in Python's `str.split` and `str.rstrip`, on which sacrebleu's scores rest. Java's own
/// notions differ (no-break spaces, U+001C to U+001F, U+0085).
final class Whitespace {
    private Whitespace() {}

    static boolean is(char c) {
        return switch (c) {
            case '\t', '\n', 0x0B, '\f', '\r', 0x1C, 0x1D, 0x1E, 0x1F, ' ', 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
            default -> c >= 0x2000 && c <= 0x200A;
        };
    }

    /// The words between runs of whitespace.
    static List<String> split(String text) {
        var words = new ArrayList<String>();
        int start = -1;
        for (int i = 0; i <= text.length(); i++) {
            boolean inside = i < text.length() && !is(text.charAt(i));
            if (inside && start < 0) start = i;
            if (!inside && start >= 0) {
                words.add(text.substring(start, i));
                start = -1;
            }
        }
        return words;
    }

    static String stripEnd(String text) {
        int end = text.length();
        while (end > 0 && is(text.charAt(end - 1))) end--;
        return text.substring(0, end);
    }

    static String strip(String text) {
        String ended = stripEnd(text);
        int start = 0;
        while (start < ended.length() && is(ended.charAt(start))) start++;
        return ended.substring(start);
    }
}
