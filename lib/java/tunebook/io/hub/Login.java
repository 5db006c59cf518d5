package tunebook.io.hub;

import java.io.Console;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.function.UnaryOperator;
import tunebook.tensor.TunebookException;

/// Asks for an access token and keeps it where Python's client keeps its own. Neither the question nor the answer's text is ever printed.
final class Login {
    private static final String QUESTION = "Access token of the Hugging Face hub (it is not shown): ";
    /// Asks for a text that is not echoed; empty where nobody can be asked.
    static volatile UnaryOperator<String> asking = Login::console;

    private Login() {}

    private static String console(String question) {
        Console console = System.console();
        char[] typed = console == null ? null : console.readPassword("%s", question);
        return typed == null ? "" : new String(typed);
    }

    /// @param file where the token is kept
    /// @param now  the token that is in use
    static Path run(Path file, Optional<Token> now) {
        now.filter(t -> !t.origin().equals(file.toString())).ifPresent(t -> {
            throw TunebookException.of("Hub.login", "another token is used before the stored one", t.toString(), "remove that one first, or keep using it");
        });
        String typed = asking.apply(QUESTION);
        if (Token.of(typed, "what was typed").isEmpty())
            throw TunebookException.of("Hub.login", "no token was given", "an empty answer, or no front end that can ask", "run the cell again and paste a token with read access, or set HF_TOKEN");
        return write(file, typed.strip());
    }

    private static Path write(Path file, String secret) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.deleteIfExists(file); // with whatever permissions it had
            Files.createFile(file, ownersAlone());
            return Files.writeString(file, secret, StandardOpenOption.TRUNCATE_EXISTING);
        } catch (IOException e) {
            throw TunebookException.because(e, "Hub.login", "the token file cannot be written: " + e, file.toString(), "set HF_TOKEN_PATH to a file that can be written");
        }
    }

    private static FileAttribute<?>[] ownersAlone() {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        return posix ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))} : new FileAttribute<?>[0];
    }
}
