package tunebook.engine;

import static org.junit.jupiter.api.Assertions.*;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessExitTest {
    @TempDir
    private Path folder;

    @Test
    void aProcessThatExitsInTheMiddleOfAProgramEndsWithItsStatus() throws Exception {
        Process process = probe("1");
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(1, process.exitValue(), said(process));
        assertNoCrash();
    }

    @Test
    void aProcessThatIsToldToStopInTheMiddleOfAProgramEndsAsOneThatWasToldToStop() throws Exception {
        Process process = probe("0");
        assertEquals("running", process.inputReader().readLine());
        process.toHandle().destroy();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(143, process.exitValue(), said(process));
        assertNoCrash();
    }

    private Process probe(String status) throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED", "-Xmx256m",
            "-XX:ErrorFile=" + folder.resolve("crash.log"), "-cp", System.getProperty("java.class.path"), ExitProbe.class.getName(), status)
            .redirectErrorStream(true).start();
    }

    private static String said(Process process) throws IOException {
        return String.join("\n", process.inputReader().readAllLines());
    }

    private void assertNoCrash() throws IOException {
        assertFalse(Files.exists(folder.resolve("crash.log")));
    }
}
