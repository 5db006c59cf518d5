package tunebook.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The methods of Python's `str` that templates use.
final class TextMethods {
    private TextMethods() {}

    static Optional<Callable> find(String s, String name) {
        return Optional.ofNullable(switch (name) {
            case "upper" -> plain(s.toUpperCase(Locale.ROOT));
            case "lower" -> plain(s.toLowerCase(Locale.ROOT));
            case "title" -> plain(title(s));
            case "capitalize" -> plain(capitalize(s));
            case "swapcase" -> plain(swapped(s));
            case "strip" -> (args, named) -> stripStart(stripEnd(s, set(args)), set(args));
            case "lstrip" -> (args, named) -> stripStart(s, set(args));
            case "rstrip" -> (args, named) -> stripEnd(s, set(args));
            case "split" -> (args, named) -> split(s, args, named);
            case "rsplit" -> (args, named) -> rsplit(s, args);
            case "splitlines" -> (args, named) -> List.copyOf(s.lines().toList());
            case "join" -> (args, named) -> String.join(s, Values.items(args.getFirst()).stream().map(TextMethods::text).toList());
            case "replace" -> (args, named) -> replace(s, text(args.get(0)), text(args.get(1)), args.size() > 2 ? Values.whole(args.get(2)) : -1);
            case "startswith" -> (args, named) -> any(args.getFirst(), s::startsWith);
            case "endswith" -> (args, named) -> any(args.getFirst(), s::endsWith);
            case "removeprefix" -> (args, named) -> s.startsWith(text(args.getFirst())) ? s.substring(text(args.getFirst()).length()) : s;
            case "removesuffix" -> (args, named) -> s.endsWith(text(args.getFirst())) ? s.substring(0, s.length() - text(args.getFirst()).length()) : s;
            case "find" -> (args, named) -> points(s, s.indexOf(text(args.getFirst())));
            case "rfind" -> (args, named) -> points(s, s.lastIndexOf(text(args.getFirst())));
            case "count" -> (args, named) -> (long) s.split(Pattern.quote(text(args.getFirst())), -1).length - 1;
            case "partition" -> (args, named) -> partition(s, text(args.getFirst()), s.indexOf(text(args.getFirst())), true);
            case "rpartition" -> (args, named) -> partition(s, text(args.getFirst()), s.lastIndexOf(text(args.getFirst())), false);
            case "zfill" -> (args, named) -> "0".repeat((int) Math.max(0, Values.whole(args.getFirst()) - Values.length(s))) + s;
            case "isdigit" -> (args, named) -> all(s, Character::isDigit);
            case "isalpha" -> (args, named) -> all(s, Character::isLetter);
            case "isalnum" -> (args, named) -> all(s, Character::isLetterOrDigit);
            case "isspace" -> (args, named) -> all(s, c -> c < 0x10000 && PythonText.isSpace((char) c));
            case "isupper" -> (args, named) -> s.equals(s.toUpperCase(Locale.ROOT)) && !s.equals(s.toLowerCase(Locale.ROOT));
            case "islower" -> (args, named) -> s.equals(s.toLowerCase(Locale.ROOT)) && !s.equals(s.toUpperCase(Locale.ROOT));
            case "format" -> (args, named) -> format(s, args, named);
            default -> null;
        });
    }

    private static Callable plain(String result) {
        return (args, named) -> result;
    }

    private static String text(Object value) {
        if (value instanceof String s) return s;
        throw JinjaFailure.of("expected text, not " + Values.type(value));
    }

    private static boolean all(String s, IntPredicate test) {
        return !s.isEmpty() && s.codePoints().allMatch(test);
    }

    private static Boolean any(Object ends, Predicate<String> test) {
        return ends instanceof Tuple t ? t.stream().anyMatch(e -> test.test(text(e))) : test.test(text(ends));
    }

    private static Long points(String s, int index) {
        return index < 0 ? -1L : (long) s.codePointCount(0, index);
    }

    static String capitalize(String s) {
        if (s.isEmpty()) return s;
        int first = s.offsetByCodePoints(0, 1);
        return s.substring(0, first).toUpperCase(Locale.ROOT) + s.substring(first).toLowerCase(Locale.ROOT);
    }

    private static String swapped(String s) {
        var text = new StringBuilder();
        s.codePoints().forEach(c -> text.append(Character.isUpperCase(c) ? Character.toString(c).toLowerCase(Locale.ROOT) : Character.toString(c).toUpperCase(Locale.ROOT)));
        return text.toString();
    }

    private static String title(String s) {
        var text = new StringBuilder();
        boolean inWord = false;
        for (int c : s.codePoints().toArray()) {
            text.appendCodePoint(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
            inWord = Character.isLetter(c);
        }
        return text.toString();
    }

    /// The characters to strip; empty for whitespace.
    private static Optional<String> set(List<Object> args) {
        return args.isEmpty() || args.getFirst() == None.NONE ? Optional.empty() : Optional.of(text(args.getFirst()));
    }

    static String stripStart(String s, Optional<String> set) {
        if (set.isEmpty()) return PythonText.stripStart(s);
        int from = 0;
        while (from < s.length() && set.get().indexOf(s.codePointAt(from)) >= 0) from = s.offsetByCodePoints(from, 1);
        return s.substring(from);
    }

    static String stripEnd(String s, Optional<String> set) {
        if (set.isEmpty()) return PythonText.stripEnd(s);
        int to = s.length();
        while (to > 0 && set.get().indexOf(s.codePointBefore(to)) >= 0) to = s.offsetByCodePoints(to, -1);
        return s.substring(0, to);
    }

    private static List<Object> split(String s, List<Object> args, Map<String, Object> named) {
        Object separator = !args.isEmpty() ? args.getFirst() : named.getOrDefault("sep", None.NONE);
        Object most = args.size() > 1 ? args.get(1) : named.getOrDefault("maxsplit", -1L);
        long left = Values.whole(most) < 0 ? Long.MAX_VALUE : Values.whole(most);
        if (separator == None.NONE) return words(s, left);
        String sep = separatorText(separator);
        List<Object> parts = new ArrayList<>();
        int from = 0;
        for (int at = s.indexOf(sep); at >= 0 && left > 0; at = s.indexOf(sep, from), left--) {
            parts.add(s.substring(from, at));
            from = at + sep.length();
        }
        parts.add(s.substring(from));
        return List.copyOf(parts);
    }

    private static String separatorText(Object separator) {
        String sep = text(separator);
        if (sep.isEmpty()) throw JinjaFailure.of("an empty separator");
        return sep;
    }

    private static List<Object> words(String s, long left) {
        List<Object> words = new ArrayList<>();
        for (String rest = PythonText.stripStart(s); !rest.isEmpty(); left--) {
            int to = 0;
            while (to < rest.length() && !PythonText.isSpace(rest.charAt(to))) to++;
            if (left == 0) to = PythonText.stripEnd(rest).length();
            words.add(rest.substring(0, to));
            rest = PythonText.stripStart(rest.substring(to));
        }
        return List.copyOf(words);
    }

    private static List<Object> rsplit(String s, List<Object> args) {
        if (args.isEmpty()) return words(s, Long.MAX_VALUE);
        String sep = separatorText(args.getFirst());
        long left = args.size() > 1 ? Values.whole(args.get(1)) : -1;
        List<Object> parts = new ArrayList<>();
        int to = s.length();
        for (int at = s.lastIndexOf(sep); at >= 0 && left != 0; left--) {
            parts.addFirst(s.substring(at + sep.length(), to));
            to = at;
            at = to == 0 ? -1 : s.lastIndexOf(sep, to - sep.length());
        }
        parts.addFirst(s.substring(0, to));
        return List.copyOf(parts);
    }

    static String replace(String s, String old, String with, long most) {
        if (most < 0) return s.replace(old, with);
        var text = new StringBuilder();
        int from = 0;
        for (int at = s.indexOf(old); at >= 0 && most > 0 && !old.isEmpty(); at = s.indexOf(old, from), most--) {
            text.append(s, from, at).append(with);
            from = at + old.length();
        }
        return text.append(s.substring(from)).toString();
    }

    private static Tuple partition(String s, String sep, int at, boolean first) {
        if (at < 0) return first ? Tuple.of(s, "", "") : Tuple.of("", "", s);
        return Tuple.of(s.substring(0, at), sep, s.substring(at + sep.length()));
    }

    /// `{}`, `{0}` and `{name}` without format specifications.
    private static String format(String s, List<Object> args, Map<String, Object> named) {
        int[] next = {0};
        return Pattern.compile("\\{\\{|}}|\\{(\\w*)}").matcher(s).replaceAll(m -> {
            if (m.group(1) == null) return m.group().substring(0, 1);
            String key = m.group(1);
            boolean counted = key.isEmpty() || key.chars().allMatch(Character::isDigit);
            int index = key.isEmpty() ? next[0]++ : counted ? Integer.parseInt(key) : -1;
            Object value = counted ? index < args.size() ? args.get(index) : null : named.get(key);
            if (value == null) throw JinjaFailure.of("no value for " + m.group());
            return Matcher.quoteReplacement(Values.text(value));
        });
    }
}
