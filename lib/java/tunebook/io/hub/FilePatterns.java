package tunebook.io.hub;

import java.util.List;
import java.util.regex.Pattern;

/// Which files of a repository are wanted, by the patterns that `huggingface_hub` knows: `*` is any text, `/` included, `?` one character, `[abc]` and
/// `[!abc]` one of some; a pattern that ends in `/` is all below that folder. Case counts.
///
/// @param include files must match one of these; all do where there are none
/// @param exclude and none of these
public record FilePatterns(List<String> include, List<String> exclude) {
    static final FilePatterns ALL = new FilePatterns(List.of(), List.of());

    public FilePatterns {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
    }

    boolean matches(String path) {
        return (include.isEmpty() || include.stream().anyMatch(p -> matches(p, path))) && exclude.stream().noneMatch(p -> matches(p, path));
    }

    private static boolean matches(String pattern, String path) {
        return Pattern.compile(regex(pattern.endsWith("/") ? pattern + "*" : pattern), Pattern.DOTALL).matcher(path).matches();
    }

    private static String regex(String pattern) {
        var regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            int end = c == '[' ? pattern.indexOf(']', i + 2) : -1; // a `]` right behind the `[` is one of the set
            if (end > 0) {
                regex.append(set(pattern.substring(i + 1, end)));
                i = end;
            } else regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
        }
        return regex.toString();
    }

    private static String set(String members) {
        boolean not = members.startsWith("!");
        String listed = (not ? members.substring(1) : members).replaceAll("[\\\\\\[\\]&^]", "\\\\$0");
        return "[" + (not ? "^" : "") + listed + "]";
    }

    @Override
    public String toString() {
        return (include.isEmpty() ? "all files" : String.join(", ", include)) + (exclude.isEmpty() ? "" : " without " + String.join(", ", exclude));
    }
}
