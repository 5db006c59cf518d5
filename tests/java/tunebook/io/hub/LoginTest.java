package tunebook.io.hub;

import static org.junit.jupiter.api.Assertions.*;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.tensor.TunebookException;

class LoginTest {
    private final UnaryOperator<String> before = Login.asking;
    @TempDir private Path home;

    @AfterEach
    void askAsBefore() {
        Login.asking = before;
    }

    private String fails(String typed, Optional<Token> now) {
        Hub.ask(question -> typed);
        String said = assertThrows(TunebookException.class, () -> Login.run(home.resolve("token"), now)).getMessage();
        assertFalse(Files.exists(home.resolve("token")));
        return said;
    }

    @Test
    void whatIsTypedIsKeptForItsOwnerAloneAndReadBack() throws Exception {
        Path file = home.resolve("huggingface/token");
        for (String typed : new String[] {" hf_one\n", "hf_two"}) {
            Hub.ask(question -> typed);
            assertEquals(file, Login.run(file, HubSettings.read(java.util.Map.of("HF_TOKEN_PATH", file.toString()), home, home).token()));
            assertEquals(typed.strip(), Files.readString(file));
            assertEquals(PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(file));
        }
    }

    @Test
    void nothingTypedOrNoTokenIsRefusedAndNotShown() {
        assertTrue(fails(" \n", Optional.empty()).startsWith("Hub.login: no token was given"));
        String said = fails("hf secret", Optional.empty());
        assertTrue(said.contains("characters that a token cannot have") && !said.contains("secret"), said);
    }

    @Test
    void aTokenThatWouldBeUsedBeforeItIsNamed() {
        assertTrue(fails("hf_new", Token.of("hf_old", "HF_TOKEN")).startsWith("Hub.login: another token is used before the stored one — token from HF_TOKEN"));
    }
}
