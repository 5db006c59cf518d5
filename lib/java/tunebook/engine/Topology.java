package tunebook.engine;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tunebook.engine.pjrt.Plugins;
import tunebook.graph.Program;
import tunebook.tensor.TunebookException;

/// TPUs that need not be here: libtpu compiles for any topology on a plain CPU machine, and tells what memory a program needs there.
///
/// The compiler runs in a child process, whose environment says that there is no TPU to ask (`TPU_SKIP_MDS_QUERY`): the variable must not leak
/// into a session on a real TPU, and libtpu's lock must not be held here.
public final class Topology {
    private static final long GIB = 1L << 30;
    /// Memory of one chip in bytes, by generation (cloud.google.com/tpu/docs/system-architecture-tpu-vm).
    private static final Map<String, Long> MEMORY = Map.of("v4", 32 * GIB, "v5e", 16 * GIB, "v5p", 95 * GIB, "v6e", 32 * GIB);

    private Topology() {}

    /// Compiles `program` for one chip of `topology` (`v5e:1x1`) with the installed libtpu and says what memory it needs.
    ///
    /// @throws TunebookException if libtpu is not installed, knows no such topology, or refuses the program; the compiler's message says where it
    ///     does not fit
    public static MemoryStats compile(String topology, Program program) {
        Path libtpu = Plugins.find("tpu").orElseThrow(() -> TunebookException.of("Topology.compile", "libtpu is not installed",
            "searched " + Plugins.roots(), "install it, see tunebook.engine.pjrt.PluginInstall, or set TUNEBOOK_PLUGINS_DIR"));
        return compile(libtpu, topology, program);
    }

    /// The same with the libtpu at a given path.
    public static MemoryStats compile(Path libtpu, String topology, Program program) {
        try {
            Path log = Files.createTempFile("tunebook-libtpu", ".log");
            try {
                return read(ask(libtpu, topology, program, log), topology, program, log);
            } finally {
                Files.deleteIfExists(log);
            }
        } catch (IOException e) {
            throw TunebookException.because(e, "Topology.compile", "the compiling process does not run: " + e.getMessage(), topology, "see the cause");
        }
    }

    /// Memory of one chip of `topology` in bytes; empty for a generation not known here.
    public static Optional<Long> chipMemory(String topology) {
        return Optional.ofNullable(MEMORY.get(topology.split(":")[0]));
    }

    /// Runs [TopologyCompiler] in a Java of its own and returns what it prints.
    private static String ask(Path libtpu, String topology, Program program, Path log) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        var builder = new ProcessBuilder(java.toString(), "--enable-native-access=ALL-UNNAMED", "-Xmx512m", "-cp", ownClasses(),
            TopologyCompiler.class.getName(), libtpu.toString(), topology, program.name());
        builder.environment().put("TPU_SKIP_MDS_QUERY", "1");
        builder.environment().put("ALLOW_MULTIPLE_LIBTPU_LOAD", "1"); // it only compiles: another's lock, or one left behind, is no obstacle
        Process child = builder.redirectError(log.toFile()).start();
        try {
            try (OutputStream in = child.getOutputStream()) {
                in.write(program.text().getBytes(StandardCharsets.UTF_8));
            }
            String out = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            child.waitFor();
            return out;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw TunebookException.because(e, "Topology.compile", "interrupted", "program " + program.name() + " for " + topology, "run it again");
        } finally {
            child.destroyForcibly(); // ends it where we were interrupted; nothing where it has ended
        }
    }

    /// Where our own classes are: a jar, or a folder of classes.
    private static String ownClasses() {
        try {
            return Path.of(Topology.class.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e); // a class that runs has a place
        }
    }

    private static MemoryStats read(String out, String topology, Program program, Path log) throws IOException {
        for (String line : out.lines().toList()) {
            if (line.startsWith(TopologyCompiler.STATS)) return stats(line.substring(TopologyCompiler.STATS.length()).split(" "));
            if (line.startsWith(TopologyCompiler.ERROR)) throw again(TopologyCompiler.unescape(line.substring(TopologyCompiler.ERROR.length())));
        }
        String tail = Files.readString(log, StandardCharsets.ISO_8859_1).lines().filter(l -> !l.isBlank()).collect(Collectors.joining(" | "));
        throw TunebookException.of("Topology.compile", "libtpu ended without an answer", topology + ", program " + program.name(),
            "its last words: " + tail.substring(Math.max(0, tail.length() - 1000)));
    }

    /// The child's error in this process: `operation: wrong — given — remedy`, taken apart and put together.
    private static TunebookException again(String message) {
        int remedy = message.lastIndexOf(" — ");
        int given = message.lastIndexOf(" — ", remedy - 1);
        int operation = message.indexOf(": ");
        return TunebookException.of(message.substring(0, operation), message.substring(operation + 2, given), message.substring(given + 3, remedy),
            message.substring(remedy + 3));
    }

    private static MemoryStats stats(String[] words) {
        long[] n = Arrays.stream(words).mapToLong(Long::parseLong).toArray();
        return new MemoryStats(n[0], n[1], n[2], n[3], n[4], n[5]);
    }
}
