package tunebook.engine.pjrt;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import tunebook.tensor.Sha256;
import tunebook.tensor.TunebookException;

/// SHA-256 of files, in lower-case hexadecimal.
final class Checksum {
    private static final int CHUNK = 1 << 20;

    private Checksum() {}

    static String sha256(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = Sha256.digest();
            byte[] chunk = new byte[CHUNK];
            for (int n; (n = in.read(chunk)) > 0; ) digest.update(chunk, 0, n);
            return Sha256.hex(digest);
        } catch (IOException e) {
            throw TunebookException.because(e, "Plugin.load", "the library cannot be read", file.toString(), "check its permissions");
        }
    }
}
