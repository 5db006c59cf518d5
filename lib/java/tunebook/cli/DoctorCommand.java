package tunebook.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tunebook.check.Check;
import tunebook.check.Checks;
import tunebook.engine.MemoryStats;
import tunebook.engine.Topology;
import tunebook.gemma.TemplateCheck;

/// `./tunebook doctor`: what is there, and what to do about what is not. The exit status is 1 if a line is red.
@Command(name = "doctor", description = "What is there, and what to do where something is missing")
public final class DoctorCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(names = "--template", paramLabel = "MODEL", description = "compare a model folder's own chat template with the built-in one")
    private Path template;

    @Option(names = "--tpu", paramLabel = "TOPOLOGY", description = "what fine-tuning the 270M needs on a TPU that is not here: v5e, v6e, v5e:2x2 …; minutes")
    private Optional<String> tpu = Optional.empty();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        List<Check> checks = tpu.isPresent() ? tpu(tpu.get()) : template == null ? Checks.all() : List.of(template(TemplateCheck.of(template)));
        checks.forEach(out::println);
        out.flush();
        return checks.stream().anyMatch(c -> c.level() == Check.Level.RED) ? 1 : 0;
    }

    private static List<Check> tpu(String name) {
        String topology = name.contains(":") ? name : name + ":1x1";
        Optional<Long> chip = Topology.chipMemory(topology);
        return AheadOfTime.compile(topology).entrySet().stream().map(e -> fits(e.getKey(), e.getValue(), topology, chip)).toList();
    }

    static Check fits(String program, MemoryStats m, String topology, Optional<Long> chip) {
        String what = "%s of the 270M on %s: arguments %,d MB, temporaries %,d MB, peak %,d MB%s".formatted(program, topology, m.arguments() >> 20, m.temporary() >> 20,
            m.peak() >> 20, chip.map(c -> " of %,d MB".formatted(c >> 20)).orElse(""));
        return chip.isPresent() && m.peak() > chip.get() ? Check.red(what, "use fewer tokens a step, or checkpointLayers") : Check.ok(what);
    }

    static Check template(TemplateCheck check) {
        return check.same() ? Check.ok(check.report()) : Check.red(check.report(), "nothing to do for you: the model's own is used; please report the difference");
    }
}
