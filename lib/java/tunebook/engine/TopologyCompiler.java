package tunebook.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import tunebook.engine.pjrt.CompileOptions;
import tunebook.engine.pjrt.Plugin;
import tunebook.engine.pjrt.TopologyDescription;
import tunebook.tensor.TunebookException;

/// The child process of [Topology]: compiles the program on standard input and prints one line of figures, or of error.
final class TopologyCompiler {
    static final String STATS = "TUNEBOOK-STATS ";
    static final String ERROR = "TUNEBOOK-ERROR ";
    /// A host of the generations we know holds at most this many chips.
    private static final int CHIPS_OF_ONE_HOST = 8;

    private TopologyCompiler() {}

    /// Arguments: the libtpu library, the topology, the program's name.
    public static void main(String[] args) throws IOException {
        String text = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        Plugin plugin = Plugin.load(Path.of(args[0]));
        try (var topology = TopologyDescription.create(plugin, args[1], Map.of("chips_per_host_bounds", hostBounds(args[1])))) {
            MemoryStats m = MemoryStats.of(topology.compile(args[2], text, new CompileOptions()));
            System.out.println(STATS + m.arguments() + " " + m.outputs() + " " + m.aliased() + " " + m.temporary() + " " + m.code() + " " + m.peak());
        } catch (TunebookException e) {
            System.out.println(ERROR + escape(e.getMessage()));
        }
        System.out.flush();
        Runtime.getRuntime().halt(0); // libtpu's own threads have nothing left to say
    }

    /// The chips of one host in three dimensions: all of a small topology, 2 x 2 of a larger one.
    static List<Long> hostBounds(String topology) {
        String[] sizes = topology.substring(topology.indexOf(':') + 1).split("x");
        try {
            Long[] bounds = {1L, 1L, 1L};
            for (int i = 0; i < sizes.length && i < bounds.length; i++) bounds[i] = Long.parseLong(sizes[i]);
            long chips = Arrays.stream(bounds).reduce(1L, (a, b) -> a * b);
            return chips <= CHIPS_OF_ONE_HOST ? List.of(bounds) : List.of(2L, 2L, 1L);
        } catch (NumberFormatException e) {
            throw TunebookException.because(e, "Topology.compile", "not a topology", "\"" + topology + "\"",
                "write generation:chips, such as v5e:1x1, v5e:2x4, v6e:1x1 or v5p:2x2x1");
        }
    }

    static String escape(String message) {
        return message.replace("\\", "\\\\").replace("\n", "\\n");
    }

    static String unescape(String line) {
        return line.replace("\\n", "\n").replace("\\\\", "\\");
    }
}
