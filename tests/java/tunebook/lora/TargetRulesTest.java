package tunebook.lora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tunebook.tensor.TunebookException;

class TargetRulesTest {
    private static final List<String> MODULES = new ArrayList<>();

    static {
        for (int i = 0; i < 12; i++) {
            for (String name : List.of("q_proj", "k_proj", "v_proj", "o_proj")) MODULES.add("model.layers." + i + ".self_attn." + name);
            for (String name : List.of("gate_proj", "up_proj", "down_proj")) MODULES.add("model.layers." + i + ".mlp." + name);
        }
    }

    private static int matched(String... rules) {
        return TargetRules.match("Toy", List.of(rules), MODULES).size();
    }

    private static void assertMessage(List<String> rules, String... parts) {
        String message = assertThrows(TunebookException.class, () -> TargetRules.match("Toy", rules, MODULES)).getMessage();
        assertTrue(message.startsWith("Lora.attach: "), message);
        for (String part : parts) assertTrue(message.contains(part), message);
    }

    @Test
    void namesMatchTheEndOfAPathAndExpressionsTheWhole() {
        assertEquals(12, matched("q_proj"));
        assertEquals(12, matched("self_attn.q_proj"));
        assertEquals(1, matched("model.layers.11.mlp.up_proj"));
        assertEquals(1, matched("layers.1.mlp.up_proj"));
        assertEquals(36, matched(".*(q|k|v)_proj"));
        assertEquals(84, matched("all-linear"));
        assertEquals(25, matched("q_proj", "k_proj", "layers.3.mlp.up_proj"));
        assertMessage(List.of("proj"), "rule \"proj\" matches no module of Toy"); // no part of a name
        assertMessage(List.of("(q|k)_proj"), "rule \"(q|k)_proj\" matches no module of Toy"); // no part of a path
    }

    @Test
    void modulesComeOnceAndInTheOrderOfTheNetwork() {
        List<String> found = TargetRules.match("Toy", List.of("up_proj", ".*(up|q)_proj", "q_proj"), MODULES);
        assertEquals(MODULES.stream().filter(m -> m.endsWith("q_proj") || m.endsWith("up_proj")).toList(), found);
    }

    @Test
    void anAlternativeThatMatchesNothingIsAnErrorThatNamesItAndTheNearest() {
        assertMessage(List.of(".*(q_prog|k_proj)"), "alternative \"q_prog\" of rule \".*(q_prog|k_proj)\" matches no module of Toy", "nearest to q_prog: q_proj",
            "correct the name; nothing was attached");
        assertMessage(List.of(".*q_proj|.*k_prog"), "alternative \".*k_prog\"", "nearest to k_prog: k_proj");
    }

    @Test
    void theTutorialsMisspeltNamesAreAllNamed() {
        assertMessage(List.of("q_prog", "k_proj", "v_proj", "o_prog"), "rule \"q_prog\" and rule \"o_prog\" match no module of Toy", "nearest to q_prog: q_proj", "nearest to o_prog: o_proj",
            "correct the names; nothing was attached");
    }

    @Test
    void nestedAlternativesAreTriedOneByOne() {
        assertEquals(36, matched(".*(self_attn\\.(q|k)_proj|mlp\\.up_proj)"));
        assertMessage(List.of(".*(self_attn\\.(q_prog|k_proj)|up_proj)"), "alternative \"q_prog\" of rule"); // up_proj alone would hide it
        assertMessage(List.of(".*((q|x)|(k|y))_proj"), "alternative \"x\"", "alternative \"y\"");
        assertMessage(List.of("model\\.layers\\.(?:1|99)\\..*_proj"), "alternative \"99\"");
        assertMessage(List.of("model\\.layers\\.(?<n>1|99)\\..*_proj"), "alternative \"99\"");
        assertMessage(List.of("(?i).*(Q_PROJ|K_PROG)"), "alternative \"K_PROG\"");
    }

    @Test
    void barsInClassesAndEscapesSeparateNothing() {
        assertEquals(24, matched(".*[q|k]_proj"));
        assertEquals(24, matched(".*[]|qk]_proj"));
        assertEquals(24, matched(".*[q\\]|k]_proj"));
        assertEquals(60, matched(".*[^q|k]_proj"));
        assertEquals(24, matched(".*(q|k\\|?)_proj"));
        assertEquals(List.of("a\\|b", "c"), texts("x(a\\|b|c)"));
        assertEquals(List.of("[(|]", "d"), texts("([(|]|d)"));
        assertEquals(List.of(), texts("\\Qa|b\\E"));
        assertEquals(List.of(), texts("a\\(b[|]c"));
    }

    private static List<String> texts(String rule) {
        return Alternatives.of(rule).stream().map(Alternatives.Alternative::text).toList();
    }

    @Test
    void alternativesThatNeedNotMatchAloneAreNotTakenApart() {
        assertEquals(48, matched("model\\.layers\\.\\d+\\.([a-z]|_)+\\.[qkvo]_proj"));
        assertEquals(12, matched("(?!.*(vision|mlp)).*q_proj"));
        assertEquals(12, matched("(?=.*(self_attn)).*q_proj"));
        assertMessage(List.of("(?=.*(self_attn|vision)).*q_proj"), "alternative \"vision\"");
    }

    @Test
    void aBrokenExpressionAndNoRuleAreErrors() {
        assertMessage(List.of(".*(q"), "rule is not a regular expression", "\".*(q\"", "Unclosed group");
        assertMessage(List.of(), "no rule given", "name targets");
    }

    @Test
    void expressionsOfBothLanguagesAreToldApart() {
        for (String rule : List.of(".*(q|k|v)_proj", "model\\.layers\\.[0-2]\\.mlp\\..*_proj", "model\\.layers\\.\\d{1,2}\\.(?:self_attn|mlp)\\.\\w+?"))
            assertTrue(TargetRules.isPythonToo(rule), rule);
        for (String rule : List.of("(?i).*q", ".*+q", "a++", "\\p{L}+", "[a-z&&[^q]]_proj", "(?<n>q)_proj", "\\Qq\\E.*", "q_proj", "all-linear", "[[:alpha:]]+"))
            assertFalse(TargetRules.isPythonToo(rule), rule);
    }
}
