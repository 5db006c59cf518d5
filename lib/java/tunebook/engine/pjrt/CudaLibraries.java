package tunebook.engine.pjrt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tunebook.engine.pjrt.ffi.Api;

/// NVIDIA's libraries, which come as wheels of their own beside the CUDA plug-in.
///
/// As JAX does (jax_plugins/cuda/__init__.py), they are opened before the plug-in, so that it finds these and not older ones of the system.
final class CudaLibraries {
    /// Folder under `nvidia/` and library, for CUDA 12. The order matters: a library finds those before it.
    private static final List<String> CUDA_12 = List.of("cuda_runtime/lib/libcudart.so.12", "cuda_nvrtc/lib/libnvrtc.so.12",
        "cublas/lib/libcublasLt.so.12", "cublas/lib/libcublas.so.12", "nccl/lib/libnccl.so.2", "cuda_cupti/lib/libcupti.so.12",
        "nvjitlink/lib/libnvJitLink.so.12", "cusparse/lib/libcusparse.so.12", "cusolver/lib/libcusolver.so.11", "cufft/lib/libcufft.so.11",
        "nvshmem/lib/libnvshmem_host.so.3", "cudnn/lib/libcudnn.so.9");
    private static final List<String> CUDA_13 = List.of("cu13/lib/libcudart.so.13", "cu13/lib/libnvrtc.so.13", "cu13/lib/libcublasLt.so.13",
        "cu13/lib/libcublas.so.13", "nccl/lib/libnccl.so.2", "cu13/lib/libcupti.so.13", "cu13/lib/libnvJitLink.so.13",
        "cu13/lib/libcusparse.so.12", "cu13/lib/libcusolver.so.12", "cu13/lib/libcufft.so.12", "nvshmem/lib/libnvshmem_host.so.3",
        "cudnn/lib/libcudnn.so.9");
    private static final Path DRIVER = Path.of("/proc/driver/nvidia/version");
    private static final Pattern DRIVER_VERSION = Pattern.compile("Kernel Module.*?\\s(\\d+)\\.\\d+");
    private static final int CUDA_13_DRIVER = 580;

    private CudaLibraries() {}

    /// Opens what there is for `plugin` in the given site-packages folders and returns it. A library that is missing or does not load is left to the
    /// plug-in, which finds the system's or says which one it lacks.
    static List<Path> preload(Path plugin, List<Path> roots) {
        var opened = new ArrayList<Path>();
        for (String library : plugin.toString().contains("cuda13") ? CUDA_13 : CUDA_12)
            for (Path root : roots) {
                Path file = root.resolve("nvidia").resolve(library);
                if (Files.isRegularFile(file) && opens(file)) {
                    opened.add(file);
                    break;
                }
            }
        return opened;
    }

    private static boolean opens(Path file) {
        try {
            Api.preload(file);
            return true;
        } catch (IllegalArgumentException e) {
            return false; // no driver, or a library it needs is missing
        }
    }

    /// The folder with `bin/ptxas` and `nvvm/libdevice` that XLA compiles with (`xla_gpu_cuda_data_dir`): `CUDA_ROOT`, a wheel's, or the system's.
    static Optional<Path> dataDirectory(List<Path> roots) {
        var places = new ArrayList<Path>();
        Plugins.setting("CUDA_ROOT").ifPresent(p -> places.add(Path.of(p)));
        for (Path root : roots) {
            places.add(root.resolve("nvidia/cu13"));
            places.add(root.resolve("nvidia/cuda_nvcc"));
        }
        places.add(Path.of("/usr/local/cuda"));
        return places.stream().filter(p -> Files.isRegularFile(p.resolve("bin/ptxas"))).findFirst();
    }

    /// Whether the driver is new enough for CUDA 13.
    static boolean driverTakesCuda13() {
        try {
            return Files.isReadable(DRIVER) && driverMajor(Files.readString(DRIVER)) >= CUDA_13_DRIVER;
        } catch (IOException e) {
            return false; // CUDA 12 runs on either
        }
    }

    /// The first number of the driver's version, 0 where `text` tells none.
    static int driverMajor(String text) {
        Matcher m = DRIVER_VERSION.matcher(text);
        return m.find() ? Integer.parseInt(m.group(1)) : 0;
    }
}
