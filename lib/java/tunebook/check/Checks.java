package tunebook.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tunebook.engine.Buffer;
import tunebook.engine.Session;
import tunebook.engine.pjrt.Plugin;
import tunebook.engine.pjrt.Plugins;
import tunebook.graph.Graph;
import tunebook.graph.StableHlo;
import tunebook.graph.Tensor;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Launcher;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;

/// What `./tunebook doctor` looks at.
public final class Checks {
    /// CUDA 13 needs this driver.
    private static final int DRIVER_OF_CUDA_13 = 580;
    private static final Path NVIDIA = Path.of("/proc/driver/nvidia/version");
    private static final Pattern DRIVER = Pattern.compile("\\b(\\d{3})\\.\\d+(\\.\\d+)?\\b");
    private static final long LITTLE_DISK = 2L << 30;

    private Checks() {}

    /// Java, memory, disk, plug-ins and the device, one line each. Nothing is thrown: what fails is a red line.
    public static List<Check> all() {
        List<Check> checks = new ArrayList<>();
        checks.add(Check.ok("Java " + Runtime.version() + " (" + System.getProperty("java.home") + ")"));
        checks.add(memory());
        if (isLinux()) checks.add(malloc(Optional.ofNullable(System.getenv("GLIBC_TUNABLES"))));
        checks.add(disk(Path.of("").toAbsolutePath()));
        List<Path> roots = Plugins.roots();
        for (String platform : List.of("cpu", "cuda", "tpu")) checks.add(plugin(platform, Plugins.find(platform, roots)));
        Plugins.named().ifPresent(path -> checks.add(named(path)));
        checks.add(device());
        return checks;
    }

    private static Check memory() {
        long heap = Runtime.getRuntime().maxMemory() >> 20;
        String machine = machineMemory().map(mb -> mb + " MB available, ").orElse("");
        return Check.ok("memory: " + machine + "Java heap up to " + heap + " MB (TUNEBOOK_XMX changes it; models live outside of it)");
    }

    /// Whether the working memory of a step is in huge pages: see `MALLOC` in kernel/tunebook_kernel/java.py.
    static Check malloc(Optional<String> tunables) {
        if (tunables.filter(t -> t.contains("glibc.malloc.mmap_threshold=")).isPresent()) return Check.ok("malloc: a step's working memory is in huge pages");
        return Check.none("malloc: a step's working memory is in small pages, which costs about a quarter of its time on a CPU"
            + (tunables.isPresent() ? " (GLIBC_TUNABLES is set to " + tunables.get() + ")" : "; the launcher sets GLIBC_TUNABLES, a plain java does not"));
    }

    private static Optional<Long> machineMemory() {
        return lines(Path.of("/proc/meminfo")).stream().filter(l -> l.startsWith("MemAvailable:"))
            .map(l -> Long.parseLong(l.replaceAll("\\D", "")) >> 10).findFirst();
    }

    private static Check disk(Path folder) {
        try {
            long free = Files.getFileStore(folder).getUsableSpace();
            String words = "disk: " + (free >> 20) + " MB free in " + folder;
            return free < LITTLE_DISK ? Check.red(words, "make room: adapters, checkpoints and compiled programs are written there") : Check.ok(words);
        } catch (IOException e) {
            return Check.red("disk: " + folder + " cannot be asked (" + e.getMessage() + ")", "go to a folder that you may read");
        }
    }

    /// A plug-in that was found, or whether one is missed: there is a device and nothing to drive it.
    public static Check plugin(String platform, Optional<Path> library) {
        if (library.isPresent()) return loads(platform, library.get());
        return switch (platform) {
            case "cpu" -> Check.red("cpu plug-in: not installed", isLinux() ? "run " + Launcher.command("plugin install cpu")
                : "none is published for this machine: point TUNEBOOK_PLUGIN at a PJRT CPU plug-in built for it");
            case "cuda" -> Files.exists(NVIDIA) ? Check.red("cuda plug-in: not installed, but an NVIDIA GPU is here (driver " + driver().map(String::valueOf).orElse("unknown")
                + ")", "run " + Launcher.command("plugin install ") + (driver().orElse(0) >= DRIVER_OF_CUDA_13 ? "cuda13" : "cuda12")) : Check.none("cuda plug-in: not installed, and no NVIDIA GPU here");
            default -> hasTpu() ? Check.red("tpu plug-in: not installed, but a TPU is here", "run " + Launcher.command("plugin install tpu"))
                : Check.none("tpu plug-in: not installed, and no TPU here");
        };
    }

    private static Check loads(String platform, Path library) {
        try {
            return Check.ok(platform + " plug-in: C API " + Plugin.load(library).apiVersion() + ", " + library);
        } catch (TunebookException e) {
            return Check.red(platform + " plug-in: " + library + " does not load: " + e.getMessage(), "install it again: " + Launcher.command("plugin install " + platform));
        }
    }

    private static Check named(Path library) {
        try {
            return Check.ok("TUNEBOOK_PLUGIN: " + Plugin.loadAsIs(library));
        } catch (TunebookException e) {
            return Check.red("TUNEBOOK_PLUGIN: " + e.getMessage(), "correct or unset TUNEBOOK_PLUGIN");
        }
    }

    /// The device that a notebook would get, and whether it computes.
    private static Check device() {
        try {
            Session session = Session.open();
            long start = System.nanoTime();
            float sum = onePlusTwo(session);
            long ms = (System.nanoTime() - start) / 1_000_000;
            String precision = session.hasBf16() ? "bf16" : "no bf16 units: dots run in f32 over bf16 storage";
            if (sum != 3) return Check.red("device: " + session.describe() + " computes 1 + 2 = " + sum, "the plug-in is broken: install it again");
            return Check.ok("device: " + session.describe() + "; " + precision + "; 1 + 2 = 3 in " + ms + " ms");
        } catch (TunebookException e) {
            return Check.red("device: " + e.getMessage(), "see the lines above");
        }
    }

    private static float onePlusTwo(Session session) {
        Graph graph = new Graph("doctor");
        Tensor x = graph.parameter("x", DType.F32, Shape.of(1));
        graph.output("sum", x.add(graph.scalar(2)));
        try (var program = session.compile(StableHlo.emit(graph)); Buffer one = session.put(HostArray.of(new float[] {1}, 1));
             Buffer sum = program.run(List.of(one)).getFirst()) {
            return sum.toHost().toFloats()[0];
        }
    }

    /// The main version of the NVIDIA driver; empty where there is none.
    public static Optional<Integer> driver() {
        return lines(NVIDIA).stream().map(DRIVER::matcher).filter(Matcher::find).map(m -> Integer.valueOf(m.group(1))).findFirst();
    }

    private static boolean hasTpu() {
        return Files.exists(Path.of("/dev/accel0")) || Files.exists(Path.of("/dev/vfio/0"));
    }

    private static boolean isLinux() {
        return System.getProperty("os.name").equals("Linux") && System.getProperty("os.arch").equals("amd64");
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of(); // not such a system
        }
    }
}
