package tunebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Holds the code against the map in `lib/java/tunebook/package-info.java` and against the rules of the house.
class ArchitectureTest {
    private static final SourceTree LIBRARY = SourceTree.library();
    private static final Architecture MAP = Architecture.read(LIBRARY.files().get("tunebook/package-info.java"));

    private static final Architecture TOY = Architecture.read("""
        /// | package | what it holds | may import |
        /// |---|---|---|
        /// | low | words | - |
        /// | mid | things | low |
        /// | mid.deep | more things | low |
        /// | high | all | mid low |
        /// | top | screens | * |
        """);

    @Test
    void importsFollowTheMap() {
        assertTrue(MAP.allowed().size() > 10, MAP.toString());
        assertEquals(List.of(), MAP.violations(LIBRARY, Set.of()));
        assertEquals(List.of(), MAP.circles());
    }

    @Test
    void wrongArrowsAreFound() {
        assertEquals(List.of("tunebook/low/A.java: low may not import mid"), violations("low", "import tunebook.mid.B;"));
        assertEquals(List.of("tunebook/low/A.java: low may not import mid"), violations("low", "import tunebook.mid.*;"));
        assertEquals(List.of("tunebook/low/A.java: low may not import mid"), violations("low", "import static tunebook.mid.B.c;"));
        assertEquals(List.of("tunebook/low/A.java: low may not import mid"), violations("low", "class A { tunebook.mid.B b; }"));
        assertEquals(List.of("tunebook/high/A.java: high may not import mid.deep"), violations("high", "import tunebook.mid.deep.B;"));
        assertEquals(List.of("tunebook/high/A.java: high may not import top"), violations("high", "import tunebook.top.B;"));
        assertEquals(List.of("tunebook/low/A.java: low may not import elsewhere"), violations("low", "import tunebook.elsewhere.B;"));
        assertEquals(List.of("tunebook/top/A.java: top may not import elsewhere"), violations("top", "import tunebook.elsewhere.B;"));
    }

    @Test
    void rightArrowsCommentsAndTextsAreNot() {
        assertEquals(List.of(), violations("high", "package tunebook.high; import tunebook.mid.B; import static tunebook.low.C.d;"));
        assertEquals(List.of(), violations("top", "import tunebook.mid.deep.B; import tunebook.high.C;"));
        assertEquals(List.of(), violations("low", "/// See [tunebook.mid.B].\n/* tunebook.mid.B */ // tunebook.mid.B\nclass A {}"));
        assertEquals(List.of(), violations("low", "class A { char c = '\"'; String s = \"tunebook.mid.B\", t = \"\"\"\n \"tunebook.mid.B\" \"\"\"; }"));
    }

    @Test
    void codeAfterALiteralIsStillRead() {
        assertEquals(1, violations("low", "class A { String s = \"// \\\" \"; tunebook.mid.B b; }").size());
        assertEquals(1, violations("low", "class A { char c = '\\''; String t = \"\"\"\n /* \"\"\"; tunebook.mid.B b; /* */ }").size());
    }

    @Test
    void aLongTextBlockDoesNotStopTheReader() {
        String block = "\"\"\"\n" + "plain \"quoted\" and \\t escaped\n".repeat(2000) + "\"\"\"";
        assertEquals(1, violations("low", "class A { String s = " + block + "; tunebook.mid.B b; }").size());
    }

    @Test
    void missingAndStaleLinesAreFound() {
        var tree = new SourceTree(Map.of("tunebook/low/A.java", "", "tunebook/odd/B.java", ""));
        assertEquals(List.of("package odd is not in the table", "the table's line mid is stale: there is no such package",
            "the table's line high is stale: there is no such package"), TOY.violations(tree, Set.of("top", "mid.deep")));
        assertEquals(List.of("the table lets a import b, which has no line"),
            Architecture.read("/// | a | x | b |").violations(new SourceTree(Map.of("tunebook/a/A.java", "")), Set.of()));
    }

    @Test
    void circlesAreFound() {
        assertEquals(List.of("the table lets a import itself", "the table lets b import itself"),
            Architecture.read("/// | a | x | b |\n/// | b | x | c a |\n/// | c | x | - |").circles());
        assertEquals(List.of(), TOY.circles());
    }

    @Test
    void onlyOnePackageTouchesNativeSymbols() {
        assertEquals(List.of(), filesOutside("engine.pjrt.ffi", "\\b(Linker|SymbolLookup)\\b"));
        assertTrue(anyMatch("engine.pjrt.ffi", "\\bSymbolLookup\\b"), "the rule's word has gone; does the rule still hold?");
    }

    @Test
    void onlyTheNotebookPackageKnowsTheKernel() {
        assertEquals(List.of(), filesOutside("notebook", "\\borg\\.dflib\\.jjava\\b"));
    }

    @Test
    void namesSayWhatAThingIs() {
        var vague = Pattern.compile("\\b(?:class|record|interface|enum)\\s+(\\w*(?:Context|Manager|Helper|Util|Utils|Impl)(?:s|[A-Z]\\w*)?)\\b");
        var found = new ArrayList<String>();
        LIBRARY.code().forEach((path, code) -> vague.matcher(code).results().forEach(m -> found.add(path + ": " + m.group(1))));
        assertEquals(List.of(), found);
        assertTrue(vague.matcher("final class StringUtils {").find() && !vague.matcher("class Implicit {").find());
    }

    @Test
    void filesStayReadable() {
        var tooLong = new ArrayList<String>();
        for (SourceTree tree : List.of(LIBRARY, SourceTree.under(Path.of("tests/java"))))
            tree.files().forEach((path, text) -> {
                if (text.lines().count() > 450) tooLong.add(path + " has " + text.lines().count() + " lines");
            });
        assertEquals(List.of(), tooLong);
    }

    private static List<String> violations(String from, String code) {
        return TOY.violations(new SourceTree(Map.of("tunebook/" + from + "/A.java", code)), TOY.allowed().keySet());
    }

    private static List<String> filesOutside(String home, String regex) {
        var word = Pattern.compile(regex);
        return LIBRARY.code().entrySet().stream().filter(e -> !SourceTree.packageOf(e.getKey()).equals(home) && word.matcher(e.getValue()).find())
            .map(Map.Entry::getKey).toList();
    }

    private static boolean anyMatch(String home, String regex) {
        var word = Pattern.compile(regex);
        return LIBRARY.code().entrySet().stream().anyMatch(e -> SourceTree.packageOf(e.getKey()).equals(home) && word.matcher(e.getValue()).find());
    }
}
