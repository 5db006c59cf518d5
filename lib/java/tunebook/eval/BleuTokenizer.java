package tunebook.eval;

import java.util.List;
import java.util.regex.Pattern;

/// How BLEU cuts a text into words; the names are sacrebleu's. It has nothing to do with a model's tokenizer.
///
/// Letters, digits, punctuation and symbols are told apart by the Unicode data of the running JDK. Characters newer
/// than it (and than the `regex` module beside sacrebleu) count as letters.
public enum BleuTokenizer {
    /// The default: mteval-v13a's, made for Western languages; Korean words keep their particles.
    V13A("13a"),
    /// mteval-v14's international one: punctuation and symbols of every script stand alone.
    INTL("intl"),
    /// One word for each code point, for languages without spaces.
    CHAR("char"),
    /// Words are what stands between whitespace; the text is expected to be tokenized already.
    NONE("none");

    private static final Rule[] V13A_RULES = {
        new Rule("([{-~\\[-` -&(-+:-@/])", " $1 "),
        new Rule("([^0-9])([.,])", "$1 $2 "),
        new Rule("([.,])([^0-9])", " $1 $2"),
        new Rule("([0-9])(-)", "$1 $2 "),
    };
    private static final Rule[] INTL_RULES = {
        new Rule("(\\P{N})(\\p{P})", "$1 $2 "),
        new Rule("(\\p{P})(\\P{N})", " $1 $2"),
        new Rule("(\\p{S})", " $1 "),
    };

    private final String label;

    BleuTokenizer(String label) {
        this.label = label;
    }

    /// sacrebleu's name for it, as it stands in signatures.
    public String label() {
        return label;
    }

    /// The words of `text`; none of them is empty or holds whitespace.
    public List<String> words(String text) {
        return switch (this) {
            case V13A -> Whitespace.split(apply(V13A_RULES, " " + unescape(text) + " "));
            case INTL -> Whitespace.split(apply(INTL_RULES, text));
            case CHAR -> text.codePoints().mapToObj(Character::toString).filter(c -> !Whitespace.is(c.charAt(0))).toList();
            case NONE -> Whitespace.split(text);
        };
    }

    private static String unescape(String text) {
        return text.replace("<skipped>", "").replace("-\n", "").replace('\n', ' ')
            .replace("&quot;", "\"").replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">");
    }

    private static String apply(Rule[] rules, String text) {
        for (Rule rule : rules) text = rule.pattern.matcher(text).replaceAll(rule.replacement);
        return text;
    }

    private record Rule(Pattern pattern, String replacement) {
        Rule(String pattern, String replacement) {
            this(Pattern.compile(pattern), replacement);
        }
    }
}
