package tunebook.engine.pjrt;

import static org.junit.jupiter.api.Assertions.*;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.tensor.TunebookException;

/// Installs a small wheel that the test writes, without a network.
class PluginInstallTest {
    /// Any Python with pip.
    private static final String PYTHON = System.getenv().getOrDefault("TUNEBOOK_PYTHON", "python3");

    @TempDir
    Path temp;

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /// `tinyplugin` 1.0 with one file; returns pip's requirement for it, at its path.
    private String requirement(Path wheel, String hash) throws IOException {
        return "tinyplugin @ " + wheel.toUri() + " --hash=sha256:" + hash + "\n";
    }

    private Path wheel() throws IOException {
        Path wheel = temp.resolve("tinyplugin-1.0-py3-none-any.whl");
        byte[] library = "library".getBytes();
        String info = "tinyplugin-1.0.dist-info/";
        String record = "libtpu/libtpu.so,sha256=" + Base64.getUrlEncoder().withoutPadding().encodeToString(sha256(library)) + ",7\n"
            + info + "METADATA,,\n" + info + "WHEEL,,\n" + info + "RECORD,,\n";
        try (OutputStream out = Files.newOutputStream(wheel); ZipOutputStream zip = new ZipOutputStream(out)) {
            entry(zip, "libtpu/libtpu.so", library);
            entry(zip, info + "METADATA", "Metadata-Version: 2.1\nName: tinyplugin\nVersion: 1.0\n".getBytes());
            entry(zip, info + "WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n".getBytes());
            entry(zip, info + "RECORD", record.getBytes());
        }
        return wheel;
    }

    private static void entry(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(bytes);
        zip.closeEntry();
    }

    private List<String> left(Path folder) throws IOException {
        if (!Files.exists(folder)) return List.of();
        try (Stream<Path> list = Files.list(folder)) {
            return list.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aWheelWithTheRightChecksumIsInstalledAndFound() throws IOException {
        Path wheel = wheel();
        Path target = temp.resolve("plugins/site");
        String hash = HexFormat.of().formatHex(sha256(Files.readAllBytes(wheel)));
        PluginInstall.install("tiny", requirement(wheel, hash), target, PYTHON);
        PluginInstall.install("tiny", requirement(wheel, hash), target, PYTHON);
        assertEquals(List.of("libtpu", "tinyplugin-1.0.dist-info"), left(target));
        assertEquals(List.of("site"), left(temp.resolve("plugins")), "no stage is left");
        Path library = Plugins.find("tpu", List.of(target)).orElseThrow();
        assertEquals(Checksum.sha256(library), WheelRecord.sha256Of(library).orElseThrow());
    }

    @Test
    void aWrongChecksumIsAClearErrorAndLeavesNothing() throws IOException {
        Path wheel = wheel();
        Path target = temp.resolve("plugins/site");
        String message = assertThrows(TunebookException.class, () -> PluginInstall.install("tiny", requirement(wheel, "0".repeat(64)), target, PYTHON)).getMessage();
        assertTrue(message.startsWith("PluginInstall.install: wrong checksum: what was downloaded is not what is pinned; nothing was installed — plug-in tiny"), message);
        assertEquals(List.of(), left(temp.resolve("plugins")));
    }

    @Test
    void aMissingPackageIsAnErrorAndLeavesNothing() throws IOException {
        String message = assertThrows(TunebookException.class, () -> PluginInstall.install("tiny",
            "tinyplugin @ " + temp.resolve("none-1.0-py3-none-any.whl").toUri() + " --hash=sha256:" + "0".repeat(64), temp.resolve("plugins/site"), PYTHON)).getMessage();
        assertTrue(message.startsWith("PluginInstall.install: pip failed; nothing was installed — plug-in tiny, " + PYTHON + " says: "), message);
        assertEquals(List.of(), left(temp.resolve("plugins")));
    }

    @Test
    void aMissingPythonIsNamed() {
        String message = assertThrows(TunebookException.class, () -> PluginInstall.install("cpu", temp.resolve("plugins"), "no-such-python")).getMessage();
        assertTrue(message.startsWith("PluginInstall.install: Python does not start: ") && message.contains("no-such-python"), message);
        assertFalse(Files.exists(temp.resolve("plugins")));
    }

    @Test
    void anUnknownPluginIsNamed() {
        String message = assertThrows(TunebookException.class, () -> PluginInstall.install("rocm", temp, PYTHON)).getMessage();
        assertEquals("PluginInstall.install: no such plug-in — \"rocm\" — use one of [cpu, cuda12, cuda13, tpu]", message);
    }

    @Test
    void aFolderThatCannotBeMadeIsNamed() throws IOException {
        Path file = Files.writeString(temp.resolve("file"), "");
        String message = assertThrows(TunebookException.class, () -> PluginInstall.install("cpu", file.resolve("plugins"), PYTHON)).getMessage();
        assertTrue(message.startsWith("PluginInstall.install: the folder cannot be written"), message);
    }

    @Test
    void everyPinnedLineHasAVersionAndAHash() {
        for (String name : List.of("cpu", "cuda12", "cuda13", "tpu"))
            for (String line : PluginInstall.requirements(name).lines().filter(l -> !l.startsWith("#")).toList())
                assertTrue(line.matches("[a-z0-9-]+==[0-9.]+ --hash=sha256:[0-9a-f]{64}"), name + ": " + line);
    }
}
