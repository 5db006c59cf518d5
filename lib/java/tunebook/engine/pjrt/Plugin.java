package tunebook.engine.pjrt;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import tunebook.engine.pjrt.ffi.Api;
import tunebook.engine.pjrt.ffi.Call;
import tunebook.engine.pjrt.ffi.Function;
import tunebook.tensor.TunebookException;

/// A PJRT plug-in: a native library that compiles programs and runs them on one kind of device.
///
/// It is loaded once in a process and never unloaded. Loading starts nothing: the plug-in is initialized before its first client
/// or topology, so that an API table can be read on a machine that lacks the device.
public final class Plugin {
    private static final Map<Path, Plugin> LOADED = new HashMap<>();
    private final Path path;
    private final Api api;
    private boolean initialized;
    private String fingerprint = "";

    private Plugin(Path path, Api api) {
        this.path = path;
        this.api = api;
    }

    /// The plug-in in the library at `path`, the same object for the same file. If Tunebook installed it, its checksum is verified first.
    ///
    /// @throws TunebookException if there is no such file, its checksum is wrong, or it is no PJRT plug-in
    public static Plugin load(Path path) {
        if (!Files.isRegularFile(path))
            throw TunebookException.of("Plugin.load", "no such file", path.toString(), "install the plug-in or correct TUNEBOOK_PLUGIN");
        synchronized (LOADED) {
            Path real = real(path);
            Plugin known = LOADED.get(real);
            if (known != null) return known;
            Plugin fresh = new Plugin(real, open(real));
            LOADED.put(real, fresh);
            return fresh;
        }
    }

    /// The same without a look at the checksum: for a library that the user names.
    public static Plugin loadAsIs(Path path) {
        return load(path);
    }

    /// What tells this build of the plug-in from another: the library's SHA-256.
    public synchronized String fingerprint() {
        if (fingerprint.isEmpty()) fingerprint = Checksum.sha256(path);
        return fingerprint;
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
