package tunebook.cli;

import static org.junit.jupiter.api.Assertions.*;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tunebook.check.Check;
import tunebook.check.Checks;
import tunebook.gemma.TemplateCheck;

class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    @Test
    void versionSaysWhichJava() {
        assertEquals(0, run("version"));
        assertTrue(out.toString().contains("Java " + Runtime.version()), out.toString());
    }

    @Test
    void anUnknownCommandIsTheCallersMistake() {
        assertEquals(2, run("nonsense"));
        assertTrue(err.toString().contains("nonsense"), err.toString());
    }

    @Test
    void anExplainedFailureIsOneLineWithoutAStack() {
        assertEquals(1, run("plugin", "install", "gpu9000"));
        assertEquals(1, err.toString().strip().lines().count(), err.toString());
        assertTrue(err.toString().startsWith("PluginInstall.install: no such plug-in"), err.toString());
    }

    @Test
    void aMissingPluginIsRedOnlyWhereItsDeviceIs() {
        assertEquals(Check.Level.RED, Checks.plugin("cpu", Optional.empty()).level());
        boolean gpu = Files.exists(Path.of("/proc/driver/nvidia/version"));
        assertEquals(gpu ? Check.Level.RED : Check.Level.NONE, Checks.plugin("cuda", Optional.empty()).level());
    }

    @Test
    void aFileThatIsNoPluginIsRedAndSaysHowToMendIt(@TempDir Path folder) throws Exception {
        Path library = Files.writeString(folder.resolve("pjrt_c_api_cpu_plugin.so"), "not a library");
        Check check = Checks.plugin("cpu", Optional.of(library));
        assertEquals(Check.Level.RED, check.level());
        assertTrue(check.toString().contains("→ install it again: ./tunebook plugin install cpu"), check.toString());
    }

    @Test
    void aLineHasItsRemedyBelow() {
        assertEquals("  RED   disk: full\n          → make room", Check.red("disk: full", "make room").toString());
        assertEquals("  ok    disk", Check.ok("disk").toString());
    }

    @Test
    void aTemplateThatDiffersIsShownWhereItDoes() {
        var difference = new TemplateCheck.Difference("two turns", 12, "a\nb", "a b");
        String shown = DoctorCommand.template(new TemplateCheck("Gemma3Chat", 8, List.of(difference))).toString();
        assertTrue(shown.contains("differ in 1 of 8 cases"), shown);
        assertTrue(shown.contains("own      \"a\\nb"), shown);
        assertEquals(Check.Level.OK, DoctorCommand.template(new TemplateCheck("Gemma3Chat", 8, List.of())).level());
    }
}
