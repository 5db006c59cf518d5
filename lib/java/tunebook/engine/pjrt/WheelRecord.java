package tunebook.engine.pjrt;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import tunebook.tensor.TunebookException;

/// What pip wrote down about a library when it installed the wheel: `NAME.dist-info/RECORD` lists each file with its SHA-256.
///
/// The wheel itself was checked against a pinned hash (see [PluginInstall]), so its RECORD says what the library must be.
final class WheelRecord {
    /// A library lies at most this many folders below site-packages.
    private static final int DEPTH = 3;

    private WheelRecord() {}

    /// Checks `library` against the wheel it came in; its SHA-256 is `found`. A library that came in no wheel passes.
    ///
    /// @throws TunebookException if it is another file than the wheel's
    static void verify(Path library, String found) {
        Optional<String> expected = sha256Of(library);
        if (expected.isPresent() && !expected.get().equals(found))
            throw TunebookException.of("Plugin.load", "the library is not the one that was installed: its checksum is wrong",
                library + " has SHA-256 " + found + ", its wheel says " + expected.get(),
                "install the plug-in again, or set TUNEBOOK_PLUGIN to this path to load it as it is");
    }

    /// The SHA-256 that the wheel of `library` states for it, in lower-case hexadecimal.
    static Optional<String> sha256Of(Path library) {
        Path root = library.toAbsolutePath().getParent();
        for (int i = 0; i < DEPTH && root != null; i++, root = root.getParent()) {
            String name = root.relativize(library.toAbsolutePath()).toString().replace('\\', '/');
            Optional<String> found = search(root, name);
            if (found.isPresent()) return found;
        }
        return Optional.empty();
    }

    private static Optional<String> search(Path root, String name) {
        try (DirectoryStream<Path> wheels = Files.newDirectoryStream(root, "*.dist-info")) {
            for (Path wheel : wheels) {
                Path record = wheel.resolve("RECORD");
                if (!Files.isReadable(record)) continue;
                for (String line : Files.readAllLines(record))
                    if (line.startsWith(name + ",sha256=")) return Optional.of(hex(line.substring(name.length() + 8)));
            }
        } catch (IOException | IllegalArgumentException e) {
            throw TunebookException.because(e, "Plugin.load", "the wheel's RECORD cannot be read", root.toString(), "install the plug-in again");
        }
        return Optional.empty();
    }

    /// RECORD writes URL-safe base64 without padding, then the size.
    private static String hex(String rest) {
        return HexFormat.of().formatHex(Base64.getUrlDecoder().decode(rest.substring(0, rest.indexOf(','))));
    }
}
