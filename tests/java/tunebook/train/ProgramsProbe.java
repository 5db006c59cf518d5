package tunebook.train;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import tunebook.data.Example;
import tunebook.engine.Session;
import tunebook.gemma.Gemma3;
import tunebook.lora.Lora;
import tunebook.lora.LoraModel;
import tunebook.nn.Precision;
import tunebook.tensor.Seed;

/// A process of its own that trains a toy on the workload in several ways, as a notebook's training cell does each time it is run, and says for each how many
/// programs the compiler was run for and how many came from memory or disk.
final class ProgramsProbe {
    private ProgramsProbe() {}

    public static void main(String[] args) {
        try (Gemma3 base = Gemma3.load(Path.of("tests/golden/lora/nested-base"), Session.open("cpu"), Precision.F32)) {
            cell(base, "default", Workload.DEFAULT, List.of());
            cell(base, "another rate", Workload.DEFAULT.learningRate(1e-3), List.of());
            cell(base, "held-out rows", Workload.DEFAULT, Workload.rows().subList(0, 8));
            cell(base, "at once", Workload.AT_ONCE, List.of());
            cell(base, "at once, another rate", Workload.AT_ONCE.learningRate(1e-3), List.of());
        }
    }

    private static void cell(Gemma3 base, String name, TrainConfig config, List<Example> test) {
        Session session = base.session();
        int compiled = session.compilations();
        int found = session.cacheHits();
        try (LoraModel tuned = new Lora().rank(8).alpha(16).targets(".*(q|k|v|gate|up|down)_proj").attach(base, Seed.of(1))) {
            new Trainer(tuned, config).run(Workload.rows(), test);
        }
        System.out.println("PROBE " + name + ": " + (session.compilations() - compiled) + " compiled, " + (session.cacheHits() - found) + " found");
    }

    /// Runs it with `cache` and returns its lines.
    static List<String> run(Path cache) throws IOException, InterruptedException {
        Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED", "-Xmx512m",
            "-DTUNEBOOK_CACHE=" + cache, "-cp", System.getProperty("java.class.path"), ProgramsProbe.class.getName()).redirectErrorStream(true).start();
        String out = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (child.waitFor() != 0) throw new IOException("the process failed: " + out);
        return out.lines().filter(l -> l.startsWith("PROBE ")).map(l -> l.substring("PROBE ".length())).toList();
    }
}
