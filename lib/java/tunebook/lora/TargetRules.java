package tunebook.lora;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;
import tunebook.io.Nearest;
import tunebook.tensor.TunebookException;

/// Finds the linear modules that LoRA rules name, as PEFT does: a short name matches the end of a path, a regular expression the whole path.
/// Unlike PEFT, a rule that matches nothing, or one of its alternatives, is an error.
final class TargetRules {
    private static final String ATTACH = "Lora.attach";
    private static final Pattern SHORT_NAME = Pattern.compile("[A-Za-z0-9_]+(\\.[A-Za-z0-9_]+)*");
    /// Every linear module, by PEFT's word for it.
    private static final String ALL = "all-linear";
    /// Plain characters, `\.`, `\d`, `\w`, groups, simple classes and repetitions: what Java and Python both read, and alike.
    private static final Pattern IN_BOTH = Pattern.compile("([A-Za-z0-9_.|)^$,-]|\\\\[.dw]|\\((?!\\?)|\\(\\?:|\\[\\^?[A-Za-z0-9_.-]+]"
        + "|[*+?](?![+])|\\{[0-9]+(,[0-9]*)?}(?![+]))*");

    private static final Pattern LAYER = Pattern.compile("\\blayers\\.(\\d+)\\.");
    private static final Pattern ONE_DIGIT = Pattern.compile("(\\\\d|\\[0-9])(?![+*{])");

    private TargetRules() {}

    /// A rule, or an alternative of one, that matches nothing.
    private record Miss(String what, String name) {}

    /// The modules that `rules` match, in the order of `modules`.
    ///
    /// @throws TunebookException naming every rule and alternative that matches nothing, each with the nearest names
    static List<String> match(String model, List<String> rules, List<String> modules) {
        if (rules.isEmpty()) throw error("no rule given", model, "name targets, such as \"q_proj\" or \".*(q|k|v)_proj\"");
        Set<String> hit = new LinkedHashSet<>();
        List<Miss> misses = new ArrayList<>();
        for (String rule : rules) {
            List<String> found = modules(rule, modules);
            hit.addAll(found);
            if (found.isEmpty()) misses.add(new Miss("rule \"" + rule + "\"", rule));
            else if (!isName(rule) && !rule.equals(ALL))
                for (Alternatives.Alternative a : Alternatives.of(rule))
                    if (modules(a.rule(), modules).isEmpty()) misses.add(new Miss("alternative \"" + a.text() + "\" of rule \"" + rule + "\"", a.text()));
        }
        if (!misses.isEmpty()) throw nothing(misses, model, modules);
        rules.stream().filter(r -> !isName(r)).forEach(r -> warnOfOneDigit(r, modules));
        return modules.stream().filter(hit::contains).toList();
    }

    private static List<String> modules(String rule, List<String> modules) {
        if (rule.equals(ALL)) return modules;
        if (isName(rule)) return modules.stream().filter(m -> endsWith(m, rule)).toList();
        Pattern p = compile(ATTACH, rule);
        return modules.stream().filter(m -> p.matcher(m).matches()).toList();
    }

    /// A digit in an expression is one character, but layers are numbered beyond 9.
    private static void warnOfOneDigit(String rule, List<String> modules) {
        Set<String> layers = layers(modules);
        Set<String> hit = layers(modules(rule, modules));
        if (hit.size() == 10 && layers.size() > 10 && hit.stream().allMatch(l -> l.length() == 1) && ONE_DIGIT.matcher(rule).find())
            LoggerFactory.getLogger(Lora.class).warn("Lora.attach: the rule matches the layers of one digit only — \"{}\" matches layers 0 to 9 of {} — write \\d+ for any layer", rule, layers.size());
    }

    private static Set<String> layers(List<String> modules) {
        return modules.stream().map(LAYER::matcher).filter(Matcher::find).map(m -> m.group(1)).collect(Collectors.toSet());
    }

    private static Pattern compile(String operation, String rule) {
        try {
            return Pattern.compile(rule);
        } catch (PatternSyntaxException e) {
            throw TunebookException.because(e, operation, "rule is not a regular expression",
                "\"" + rule + "\": " + e.getDescription(), "correct it; nothing was attached");
        }
    }

    /// Whether `rule` is a name, or the end of a path, rather than an expression.
    static boolean isName(String rule) {
        return SHORT_NAME.matcher(rule).matches();
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

    private static TunebookException nothing(List<Miss> misses, String model, List<String> modules) {
        List<String> names = modules.stream().map(m -> m.substring(m.lastIndexOf('.') + 1)).distinct().toList();
        List<String> whats = misses.stream().map(Miss::what).toList();
        List<String> nearest = misses.stream().map(m -> "nearest to " + lastWord(m.name) + ": " + String.join(", ", Nearest.names(lastWord(m.name), names, 3))).toList();
        boolean tied = misses.stream().map(m -> lastWord(m.name)).anyMatch(List.of("lm_head", "embed_tokens")::contains);
        return error(String.join(" and ", whats) + (misses.size() == 1 ? " matches" : " match") + " no module of " + model, String.join("; ", nearest),
            (tied ? "adapters stand beside the linear modules of the layers; head and embedding are one tied weight that stays as it is" : "correct the name" + (misses.size() == 1 ? "" : "s"))
                + "; nothing was attached");
    }

    private static String lastWord(String part) {
        String[] words = part.split("[^A-Za-z0-9_]+");
        return words.length == 0 ? part : words[words.length - 1];
    }

    private static TunebookException error(String wrong, String given, String remedy) {
        return TunebookException.of(ATTACH, wrong, given, remedy);
    }
}
