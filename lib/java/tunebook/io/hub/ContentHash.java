package tunebook.io.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The checksum by which the hub knows a file's content.
final class ContentHash {
    private static final int CHUNK = 1 << 20;

    private ContentHash() {}

    /// Of what lies at `content`, the way that `file` has its own: SHA-256, or SHA-1 of `blob SIZE\0` and the content, which is git's.
    static String of(Path content, RepoFile file) throws IOException, InterruptedException {
        MessageDigest digest = digest(file.sha256().isPresent() ? "SHA-256" : "SHA-1");
        if (file.sha256().isEmpty()) digest.update(("blob " + Files.size(content) + "\0").getBytes(StandardCharsets.US_ASCII));
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = Files.newInputStream(content)) {
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                if (Thread.interrupted()) throw new InterruptedException();
                digest.update(chunk, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest digest(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has both
        }
    }
}
