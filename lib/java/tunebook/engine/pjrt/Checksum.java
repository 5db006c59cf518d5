package tunebook.engine.pjrt;

import java.io.IOException;
import java.nio.file.Path;
import tunebook.tensor.Sha256;
import tunebook.tensor.TunebookException;

/// SHA-256 of files, in lower-case hexadecimal.
final class Checksum {
    private Checksum() {}

    static String sha256(Path file) {
        try {
            return Sha256.hex(file);
        } catch (IOException e) {
            throw TunebookException.because(e, "Plugin.load", "the library cannot be read", file.toString(), "check its permissions");
        }
    }
}
