package tunebook.io.hub;

import java.util.Optional;
import java.util.regex.Pattern;
import tunebook.tensor.TunebookException;

/// An access token, and where it came from. It has no text form but where it goes into a request's header: messages, logs and displays show its origin.
public final class Token {
    private static final Pattern SENDABLE = Pattern.compile("[!-~]+");
    private final String secret;
    private final String origin;

    private Token(String secret, String origin) {
        this.secret = secret;
        this.origin = origin;
    }

    /// @param origin what a message calls it: `HF_TOKEN`, a file's path
    /// @return nothing for an empty text
    /// @throws TunebookException if it has blanks, line breaks or other characters that no header can carry; the text is not shown
    static Optional<Token> of(String text, String origin) {
        String secret = text.strip();
        if (secret.isEmpty()) return Optional.empty();
        if (!SENDABLE.matcher(secret).matches())
            throw TunebookException.of("Hub", "the access token has characters that a token cannot have", origin + ", " + secret.length() + " characters",
                "copy the token again, without quotes and line breaks");
        return Optional.of(new Token(secret, origin));
    }

    String origin() {
        return origin;
    }

    String header() {
        return "Bearer " + secret;
    }

    /// `text` with the token, should a server have echoed it, taken out.
    String hide(String text) {
        return text.replace(secret, "(token)");
    }

    @Override
    public String toString() {
        return "token from " + origin;
    }
}
