package tunebook.lora;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Takes a regular expression apart at its `|`, so that each alternative can be tried by itself.
final class Alternatives {
    /// What may follow an opening parenthesis before the group's text.
    private static final Pattern HEAD = Pattern.compile("\\?(?:<[=!]|<[A-Za-z][A-Za-z0-9]*>|[=!>]|[a-zA-Z-]*:|[a-zA-Z-]+(?=\\)))");

    private Alternatives() {}

    /// One alternative: its own text, and the rule in which it stands alone, with whatever encloses it narrowed down to it.
    record Alternative(String text, String rule) {}

    /// Every innermost alternative of `rule`; none where it has no `|`. Alternatives under a repetition (`(a|_)+`) are not taken apart, since
    /// one of them alone need not match, nor are those of a negative look-around and rules with quoted text (`\Q`).
    static List<Alternative> of(String rule) {
        return rule.contains("\\Q") ? List.of() : reduce(rule);
    }

    private static List<Alternative> reduce(String text) {
        List<String> options = split(text);
        if (options.size() == 1) return reduceGroups(text);
        List<Alternative> out = new ArrayList<>();
        for (String option : options) {
            List<Alternative> inner = reduceGroups(option);
            out.addAll(inner.isEmpty() ? List.of(new Alternative(option, option)) : inner);
        }
        return out;
    }

    /// The alternatives inside each outermost group of `text`, which has no `|` outside groups.
    private static List<Alternative> reduceGroups(String text) {
        List<Alternative> out = new ArrayList<>();
        for (int i = 0; i < text.length(); i = next(text, i)) {
            if (text.charAt(i) != '(') continue;
            int end = next(text, i); // after the closing parenthesis
            Matcher head = HEAD.matcher(text).region(i + 1, text.length());
            int start = head.lookingAt() ? head.end() : i + 1;
            boolean negative = text.startsWith("?!", i + 1) || text.startsWith("?<!", i + 1);
            if (negative || repeats(text, end) || start > end - 1) continue;
            for (Alternative a : reduce(text.substring(start, end - 1)))
                out.add(new Alternative(a.text, text.substring(0, start) + a.rule + text.substring(end - 1)));
        }
        return out;
    }

    private static boolean repeats(String text, int at) {
        return at < text.length() && "*+{".indexOf(text.charAt(at)) >= 0;
    }

    /// The text between the `|` that stand outside groups and classes.
    private static List<String> split(String text) {
        List<String> out = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length(); i = next(text, i)) {
            if (text.charAt(i) != '|') continue;
            out.add(text.substring(start, i));
            start = i + 1;
        }
        out.add(text.substring(start));
        return out;
    }

    /// Where what begins at `i` ends: a group, a character class, an escaped character or a plain one.
    private static int next(String text, int i) {
        return switch (text.charAt(i)) {
            case '\\' -> Math.min(i + 2, text.length());
            case '[' -> endOfClass(text, i);
            case '(' -> endOfGroup(text, i);
            default -> i + 1;
        };
    }

    private static int endOfGroup(String text, int open) {
        int i = open + 1;
        while (i < text.length() && text.charAt(i) != ')') i = next(text, i);
        return Math.min(i + 1, text.length());
    }

    private static int endOfClass(String text, int open) {
        int i = text.startsWith("^", open + 1) ? open + 2 : open + 1;
        if (text.startsWith("]", i)) i++; // the first one stands for itself
        while (i < text.length() && text.charAt(i) != ']') i = text.charAt(i) == '[' ? endOfClass(text, i) : text.charAt(i) == '\\' ? i + 2 : i + 1;
        return Math.min(i + 1, text.length());
    }
}
