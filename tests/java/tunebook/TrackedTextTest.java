package tunebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What no tracked text file may say: where somebody's machine keeps its files, where packages are fetched from (the
/// user's own settings decide that), and what is left undone (that belongs into issues).
class TrackedTextTest {
    // Written in two pieces, so that this file does not break its own rules.
    private static final Pattern MACHINE_PATHS = Pattern.compile("(?<![\\w.~$}-])/(?:wo" + "rk|ro" + "ot|ho" + "me|Us" + "ers|m" + "nt)/[\\w.-]|[A-Za-z]:\\\\+Us" + "ers");
    private static final Pattern REGISTRY_HOSTS = Pattern.compile(
        "(?:pypi\\.o" + "rg|pythonhosted\\.o" + "rg|repo1?\\.maven\\.(?:apache\\.)?o" + "rg|registry\\.npmjs\\.o" + "rg|(?:deb|security)\\.debian\\.o" + "rg"
            + "|(?:archive|security)\\.ubuntu\\.c" + "om|conda\\.anaconda\\.o" + "rg|proxy\\.golang\\.o" + "rg|crates\\.i" + "o)\\b");
    private static final Pattern UNDONE = Pattern.compile("\\b(?:TO" + "DO|FIX" + "ME|XX" + "X)\\b");
    private static final Pattern WRITTEN_BY_HAND = Pattern.compile(".*\\.(?:java|py|md|sh|xml|toml|yml|yaml|ipynb|js|ts|css|html)|tunebook|\\.ci/.*");

    @Test
    void noTrackedTextNamesAMachineOrARegistryOrLeavesAnythingUndone() throws Exception {
        var found = new ArrayList<String>();
        List<String> files = tracked();
        for (String file : files) text(Path.of(file)).lines().forEach(line -> complaints(file, line).forEach(c -> found.add(file + ": " + c)));
        assertTrue(files.contains("pom.xml"), files.toString());
        assertEquals(List.of(), found);
    }

    @Test
    void eachRuleCatchesWhatItNames() {
        assertEquals(List.of("path of a machine: /ro" + "ot/x"), complaints("a.txt", "see /ro" + "ot/x"));
        assertEquals(List.of("path of a machine: C:\\Us" + "ers"), complaints("a.json", "C:\\Us" + "ers\\x"));
        assertEquals(List.of("host of a registry: pypi.o" + "rg"), complaints("a.txt", "https://pypi.o" + "rg/simple"));
        assertEquals(List.of("left undone: TO" + "DO"), complaints("a/B.java", "// TO" + "DO later"));
        assertEquals(List.of(), complaints("tokenizer.json", "TO" + "DO"));
        assertEquals(List.of(), complaints("a.md", "https://example.org/ho" + "me/page, $HOME/wor" + "k/x, http://ma" + "ven.apache.org/POM/4.0.0, ~/wor" + "k/y"));
    }

    private static List<String> complaints(String file, String line) {
        var found = new ArrayList<String>();
        MACHINE_PATHS.matcher(line).results().forEach(m -> found.add("path of a machine: " + m.group()));
        REGISTRY_HOSTS.matcher(line).results().forEach(m -> found.add("host of a registry: " + m.group()));
        if (WRITTEN_BY_HAND.matcher(file).matches()) UNDONE.matcher(line).results().forEach(m -> found.add("left undone: " + m.group()));
        return found;
    }

    /// The text of a file; empty for one that git would call binary, and for a link or a file deleted but not yet so in git.
    private static String text(Path file) throws IOException {
        if (!Files.isRegularFile(file)) return "";
        byte[] bytes = Files.readAllBytes(file);
        for (int i = 0; i < Math.min(bytes.length, 8000); i++) if (bytes[i] == 0) return "";
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static List<String> tracked() throws Exception {
        assumeTrue(Files.exists(Path.of(".git")), "not a git checkout");
        Process git = new ProcessBuilder("git", "ls-files", "-z").redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String names = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, git.waitFor());
        return List.of(names.split("\0"));
    }
}
