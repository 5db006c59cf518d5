package tunebook.lora;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import tunebook.io.Nearest;
import tunebook.tensor.TunebookException;

/// Finds the linear modules that LoRA rules name, as PEFT does: a short name matches the end of a path, a regular expression the whole path.
/// Unlike PEFT, a rule that matches nothing, or one of its alternatives, is an error.
final class TargetRules {
    private static final Pattern SHORT_NAME = Pattern.compile("[A-Za-z0-9_]+(\\.[A-Za-z0-9_]+)*");

    /// Every linear module, by PEFT's word for it.
    private static final String ALL = "all-linear";
    private static final Pattern IN_BOTH = Pattern.compile("([A-Za-z0-9_.|)^$,-]|\\\\[.dw]|\\((?!\\?)|\\(\\?:|\\[\\^?[A-Za-z0-9_.-]+]|[*+?](?![+])|\\{[0-9]+(,[0-9]*)?}(?![+]))*");

    private TargetRules() {}

    /// The modules that `rules` match, in the order of `modules`.
    static List<String> match(String model, List<String> rules, List<String> modules) {
        if (rules.isEmpty()) throw error("no rule given", model, "name targets, such as \"q_proj\" or \".*(q|k|v)_proj\"");
        Set<String> hit = new LinkedHashSet<>();
        for (String rule : rules) {
            if (rule.equals(ALL)) hit.addAll(modules);
            else if (SHORT_NAME.matcher(rule).matches()) hit.addAll(byName(rule, model, modules));
            else hit.addAll(byExpression(rule, model, modules));
        }
        return modules.stream().filter(hit::contains).toList();
    }

    /// Whether `rule` is a name, or the end of a path, rather than an expression.
    static boolean isName(String rule) {
        return SHORT_NAME.matcher(rule).matches() && !rule.equals(ALL);
    }

    /// Whether `rule` is an expression that Python's `re` reads as Java does.
    static boolean isPythonToo(String rule) {
        return !isName(rule) && !rule.equals(ALL) && IN_BOTH.matcher(rule).matches();
    }

    /// Whether any of `rules` matches the module at `path`.
    static boolean anyMatches(List<String> rules, String path) {
        return rules.stream().anyMatch(r -> r.equals(ALL) || (isName(r) ? endsWith(path, r) : compile("Lora.load", r).matcher(path).matches()));
    }

    private static boolean endsWith(String path, String name) {
        return path.equals(name) || path.endsWith("." + name);
    }

    private static List<String> byName(String name, String model, List<String> modules) {
        List<String> out = modules.stream().filter(m -> endsWith(m, name)).toList();
        if (out.isEmpty()) throw nothing(name, name, model, modules);
        return out;
    }

    private static List<String> byExpression(String rule, String model, List<String> modules) {
        List<String> out = matching(rule, modules);
        if (out.isEmpty()) throw nothing(rule, rule, model, modules);
        for (String one : alternatives(rule))
            if (matching(one, modules).isEmpty()) throw nothing(rule, one, model, modules);
        return out;
    }

    private static List<String> matching(String rule, List<String> modules) {
        Pattern p = compile("Lora.attach", rule);
        return modules.stream().filter(m -> p.matcher(m).matches()).toList();
    }

    private static Pattern compile(String operation, String rule) {
        try {
            return Pattern.compile(rule);
        } catch (PatternSyntaxException e) {
            throw TunebookException.because(e, operation, "rule is not a regular expression", "\"" + rule + "\": " + e.getDescription(), "correct it; nothing was attached");
        }
    }

    /// The rule with each of its alternations reduced to one alternative, one at a time.
    static List<String> alternatives(String rule) {
        List<String> out = new ArrayList<>();
        for (int[] span : alternations(rule)) {
            int from = span[0];
            int to = span[1];
            for (String option : split(rule.substring(from, to))) out.add(rule.substring(0, from) + option + rule.substring(to));
        }
        return out;
    }

    /// Where a `|` stands: start and end of the text between the parentheses around it (or of the whole rule).
    private static List<int[]> alternations(String rule) {
        List<int[]> out = new ArrayList<>();
        List<Integer> open = new ArrayList<>(List.of(0));
        List<Boolean> bar = new ArrayList<>(List.of(false));
        for (int i = 0; i < rule.length(); i++) {
            char c = rule.charAt(i);
            if (c == '\\') i++;
            else if (c == '[') i = endOfClass(rule, i);
            else if (c == '(') {
                open.add(rule.startsWith("(?:", i) ? i + 3 : i + 1);
                bar.add(false);
            } else if (c == '|') bar.set(bar.size() - 1, true);
            else if (c == ')' && open.size() > 1) {
                int from = open.removeLast();
                if (bar.removeLast()) out.add(new int[] {from, i});
            }
        }
        if (bar.getFirst()) out.add(new int[] {0, rule.length()});
        return out;
    }

    private static List<String> split(String text) {
        List<String> out = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') i++;
            else if (c == '[') i = endOfClass(text, i);
            else if (c == '(') depth++;
            else if (c == ')') depth--;
            else if (c == '|' && depth == 0) {
                out.add(text.substring(start, i));
                start = i + 1;
            }
        }
        out.add(text.substring(start));
        return out;
    }

    private static int endOfClass(String text, int i) {
        int end = text.indexOf(']', i + 2);
        return end < 0 ? text.length() : end;
    }

    private static TunebookException nothing(String rule, String part, String model, List<String> modules) {
        String what = part.equals(rule) ? "rule \"" + rule + "\"" : "in rule \"" + rule + "\" the alternative \"" + part + "\"";
        return error(what + " matches no module of " + model, "nearest: " + String.join(", ", nearest(part, modules)), "correct the name; nothing was attached");
    }

    private static List<String> nearest(String part, List<String> modules) {
        String[] words = part.split("[^A-Za-z0-9_]+");
        String name = words.length == 0 ? part : words[words.length - 1];
        return Nearest.names(name, modules.stream().map(m -> m.substring(m.lastIndexOf('.') + 1)).distinct().toList(), 3);
    }

    private static TunebookException error(String wrong, String given, String remedy) {
        return TunebookException.of("Lora.attach", wrong, given, remedy);
    }
}
