package tunebook.engine.pjrt;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import tunebook.engine.pjrt.ffi.Api;
import tunebook.engine.pjrt.ffi.Call;
import tunebook.engine.pjrt.ffi.Function;
import tunebook.engine.pjrt.ffi.ProcessExit;
import tunebook.tensor.TunebookException;

/// A PJRT plug-in: a native library that compiles programs and runs them on one kind of device.
///
/// It is loaded once in a process and never unloaded. Loading starts nothing: the plug-in is initialized before its first client
/// or topology, so that an API table can be read on a machine that lacks the device.
public final class Plugin {
    private static final Map<Path, Plugin> LOADED = new HashMap<>();
    private final Path path;
    private final Api api;
    private final String sha256;
    private boolean initialized;

    private Plugin(Path path, Api api, String sha256) {
        this.path = path;
        this.api = api;
        this.sha256 = sha256;
    }

    /// The plug-in in the library at `path`, the same object for the same file. If it came in a wheel, its checksum is compared with the wheel's
    /// first. NVIDIA's libraries are opened before a CUDA plug-in.
    ///
    /// @throws TunebookException if there is no such file, its checksum is wrong, or it is no PJRT plug-in
    public static Plugin load(Path path) {
        return load(path, true);
    }

    /// The same without a look at the checksum: for a library that the user names.
    public static Plugin loadAsIs(Path path) {
        return load(path, false);
    }

    private static Plugin load(Path path, boolean verify) {
        if (!Files.isRegularFile(path))
            throw TunebookException.of("Plugin.load", "no such file", path.toString(), "install the plug-in or correct TUNEBOOK_PLUGIN");
        synchronized (LOADED) {
            Path real = real(path);
            Plugin known = LOADED.get(real);
            if (known != null) return known;
            String sha256 = Checksum.sha256(real);
            if (verify) WheelRecord.verify(real, sha256);
            if (LOADED.isEmpty()) ProcessExit.skipDestructors();
            if (guess(real).equals("cuda")) CudaLibraries.preload(real, Plugins.roots());
            Plugin fresh = new Plugin(real, open(real), sha256);
            LOADED.put(real, fresh);
            return fresh;
        }
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (java.io.IOException e) {
            throw TunebookException.because(e, "Plugin.load", "the file cannot be reached", path.toString(), "check its folders' permissions");
        }
    }

    private static Api open(Path path) {
        try {
            return Api.load(path);
        } catch (IllegalArgumentException e) {
            throw TunebookException.because(e, "Plugin.load", "not a PJRT plug-in that loads here: " + e.getMessage(), path.toString(),
                "use the plug-in for this operating system and processor, with its libraries beside it");
        }
    }

    /// Where the library is, links resolved.
    public Path path() {
        return path;
    }

    /// SHA-256 of the library in lower-case hexadecimal, which tells this build of the plug-in from another.
    public String sha256() {
        return sha256;
    }

    /// The C API's version, `0.115`.
    public String apiVersion() {
        return api.major() + "." + api.minor();
    }

    /// The size of the plug-in's function table in bytes; it grows with the API.
    public long tableBytes() {
        return api.structSize();
    }

    /// Whether the plug-in has the function with this name in the header (`PJRT_Client_Create`).
    public boolean has(String function) {
        for (Function f : Function.values()) if (f.cName().equals(function)) return api.has(f);
        return false;
    }

    /// What kind of device the file's name promises: `cpu`, `cuda`, `tpu` or `unknown`. A client says for certain.
    public String platformGuess() {
        return guess(path);
    }

    private static String guess(Path path) {
        String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.contains("libtpu")) return "tpu";
        if (name.contains("cuda") || name.contains("gpu")) return "cuda";
        return name.contains("cpu") ? "cpu" : "unknown";
    }

    /// The function table, with the plug-in initialized.
    ///
    /// @throws TunebookException if the plug-in refuses to start
    synchronized Api started() {
        if (!initialized) {
            try (var call = new Call(api, Function.PLUGIN_INITIALIZE)) {
                call.invoke("Plugin.initialize", path.toString(), "check that the device's driver is installed");
            }
            initialized = true;
        }
        return api;
    }

    @Override
    public String toString() {
        return platformGuess() + " plug-in, C API " + apiVersion() + ", " + path;
    }
}
