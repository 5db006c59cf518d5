package tunebook.engine.pjrt;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import tunebook.tensor.TunebookException;

/// Where plug-ins are on this machine.
///
/// `TUNEBOOK_PLUGIN`, a library's path, wins. Then folders that look like Python's site-packages are searched: those of `TUNEBOOK_PLUGINS_DIR` (a
/// system property or environment variable, several joined as on a class path), then Python's own. A plug-in found there is one
/// of the wheels that ship one.
public final class Plugins {
    private static final String CUDA_12 = "jax_plugins/xla_cuda12/xla_cuda_plugin.so";
    private static final String CUDA_13 = "jax_plugins/xla_cuda13/xla_cuda_plugin.so";

    private Plugins() {}

    /// Where the wheels keep the library of `platform`, relative to site-packages; the preferred one first.
    static List<String> places(String platform) {
        return switch (platform) {
            case "cpu" -> List.of("lammps_jax_pjrt_cpu/pjrt_c_api_cpu_plugin.so");
            case "cuda" -> CudaLibraries.driverTakesCuda13() ? List.of(CUDA_13, CUDA_12) : List.of(CUDA_12);
            case "tpu" -> List.of("libtpu/libtpu.so");
            default -> throw TunebookException.of("Session.open", "no such device", "\"" + platform + "\"", "use \"cpu\", \"cuda\" or \"tpu\"");
        };
    }

    /// The library named by `TUNEBOOK_PLUGIN` (environment variable or system property), if any.
    public static Optional<Path> named() {
        return setting("TUNEBOOK_PLUGIN").map(Path::of);
    }

    /// The library for `platform` (`cpu`, `cuda`, `tpu`) in the given site-packages folders, the first found.
    public static Optional<Path> find(String platform, List<Path> roots) {
        for (String place : places(platform))
            for (Path root : roots) {
                Path library = root.resolve(place);
                if (Files.isRegularFile(library)) return Optional.of(library);
            }
        return Optional.empty();
    }

    /// The installed library for `platform`: in [#roots], or else where `python3` looks.
    public static Optional<Path> find(String platform) {
        Optional<Path> found = find(platform, roots());
        return found.isPresent() ? found : find(platform, pythonPath());
    }

    /// The `sys.path` of `TUNEBOOK_PYTHON` or `python3`; empty where there is none.
    private static List<Path> pythonPath() {
        String python = setting("TUNEBOOK_PYTHON").orElse("python3");
        try {
            Process asked = new ProcessBuilder(python, "-c", "import sys; print('\\n'.join(sys.path))").redirectError(ProcessBuilder.Redirect.DISCARD).start();
            String answer = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return answer.lines().filter(l -> !l.isBlank()).map(Path::of).filter(Files::isDirectory).toList();
        } catch (IOException e) {
            return List.of(); // no Python, no packages
        }
    }

    /// The site-packages folders of this machine that exist, in the order of search.
    public static List<Path> roots() {
        var roots = new LinkedHashSet<Path>();
        setting("TUNEBOOK_PLUGINS_DIR").ifPresent(dirs -> {
            for (String dir : dirs.split(File.pathSeparator)) if (!dir.isBlank()) roots.add(Path.of(dir));
        });
        var environment = System.getenv();
        for (String prefix : List.of(environment.getOrDefault("VIRTUAL_ENV", ""), environment.getOrDefault("CONDA_PREFIX", ""), "/usr/local", "/usr"))
            if (!prefix.isEmpty()) roots.addAll(packagesUnder(Path.of(prefix, "lib")));
        roots.addAll(packagesUnder(Path.of(System.getProperty("user.home"), ".local", "lib")));
        return roots.stream().filter(Files::isDirectory).toList();
    }

    /// `python3.*/dist-packages` and `site-packages` under `lib` (Colab and Debian use the former).
    private static List<Path> packagesUnder(Path lib) {
        var found = new ArrayList<Path>();
        if (!Files.isDirectory(lib)) return found;
        try (DirectoryStream<Path> pythons = Files.newDirectoryStream(lib, "python3*")) {
            for (Path python : pythons)
                for (String packages : List.of("site-packages", "dist-packages")) found.add(python.resolve(packages));
        } catch (IOException e) {
            return found; // an unreadable folder holds nothing for us
        }
        return found;
    }

    /// A system property, or else an environment variable of the same name.
    static Optional<String> setting(String name) {
        String property = System.getProperty(name);
        String value = property != null ? property : System.getenv(name);
        return value == null || value.isBlank() ? Optional.empty() : Optional.of(value);
    }
}
