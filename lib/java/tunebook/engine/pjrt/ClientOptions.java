package tunebook.engine.pjrt;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tunebook.tensor.Launcher;
import tunebook.tensor.TunebookException;

/// What a plug-in is told when its client starts and with every program, and what to do when it refuses.
final class ClientOptions {
    private static final List<String> ALLOCATORS = List.of("default", "platform", "bfc", "cuda_async");

    private ClientOptions() {}

    /// The options of a client on `platform`.
    ///
    /// CPU: one device, as JAX has it. The plug-in's own default is four, and as many threads at least, which get in each other's way on fewer cores.
    ///
    /// CUDA: the allocator and how much of the memory it takes, by JAX's environment variables (`XLA_PYTHON_CLIENT_ALLOCATOR`,
    /// `XLA_PYTHON_CLIENT_MEM_FRACTION`, `XLA_PYTHON_CLIENT_PREALLOCATE`). Unlike in JAX, memory is not taken in advance: a notebook's kernel lives long and
    /// often shares the device.
    static Map<String, Object> of(String platform) {
        return switch (platform) {
            case "cpu" -> Map.of("cpu_device_count", 1L);
            case "cuda" -> cuda(System.getenv());
            default -> Map.of();
        };
    }

    static Map<String, Object> cuda(Map<String, String> environment) {
        var options = new LinkedHashMap<String, Object>();
        options.put("platform_name", "cuda");
        options.put("allocator", allocator(environment.getOrDefault("XLA_PYTHON_CLIENT_ALLOCATOR", "default")));
        String preallocate = environment.getOrDefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false");
        options.put("preallocate", !List.of("false", "False", "0").contains(preallocate));
        options.put("memory_fraction", fraction(environment.getOrDefault("XLA_PYTHON_CLIENT_MEM_FRACTION", "0.9")));
        return options;
    }

    private static String allocator(String name) {
        if (!ALLOCATORS.contains(name))
            throw TunebookException.of("Session.open", "no such allocator", "XLA_PYTHON_CLIENT_ALLOCATOR=" + name, "use one of " + ALLOCATORS);
        return name;
    }

    private static float fraction(String text) {
        try {
            return Float.parseFloat(text.startsWith(".") ? "0" + text : text);
        } catch (NumberFormatException e) {
            throw TunebookException.because(e, "Session.open", "not a number", "XLA_PYTHON_CLIENT_MEM_FRACTION=" + text, "give a fraction such as 0.9");
        }
    }

    /// The XLA flags that every program on `platform` is compiled with.
    static Map<String, Object> flags(String platform, List<Path> roots) {
        if (!platform.equals("cuda")) return Map.of();
        return CudaLibraries.dataDirectory(roots).<Map<String, Object>>map(d -> Map.of("xla_gpu_cuda_data_dir", d.toString())).orElse(Map.of());
    }

    static String remedy(String platform) {
        return switch (platform) {
            case "tpu" -> "a TPU serves one process at a time: stop the other kernel that holds it, then restart this one";
            case "cuda" -> "check nvidia-smi, the driver's version, and that no other process holds the device's memory";
            default -> "run " + Launcher.command("doctor");
        };
    }
}
