package tunebook.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class NoConnectionTest {
    private static String probe(String through) throws Exception {
        var child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED", "-Xmx256m",
            "-cp", System.getProperty("java.class.path"), ConnectionProbe.class.getName(), through, TokenizerTest.TINY.toString());
        child.environment().keySet().removeIf(name -> name.equals("OPT_OUT_TRACKING") || name.equals("DJL_OFFLINE"));
        Process process = child.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    @Test
    void loadingAndEncodingAskForNoSocket() throws Exception {
        String output = probe("tunebook");
        assertTrue(output.contains("TOKENS 7"), output);
        assertFalse(output.contains("SOCKET"), output);
    }

    /// Without this the test above could not fail.
    @Test
    void djlByItselfDoesAskForOne() throws Exception {
        assertTrue(probe("djl").contains("SOCKET"));
    }

    @Test
    void theSettingsAreInForceOnceATokenizerIsLoaded() {
        Tokenizer.load(TokenizerTest.TINY);
        assertEquals("true", System.getProperty("OPT_OUT_TRACKING"));
        assertEquals("true", System.getProperty("ai.djl.offline"));
    }
}
