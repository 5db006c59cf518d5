package tunebook.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tunebook.gemma.TemplateCheck;

/// `./tunebook doctor`: what is there, and what to do about what is not. The exit status is 1 if a line is red.
@Command(name = "doctor", description = "What is there, and what to do where something is missing")
public final class DoctorCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(names = "--template", paramLabel = "MODEL", description = "compare a model folder's own chat template with the built-in one")
    private Path template;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        List<Check> checks = template == null ? Checks.all() : List.of(template(TemplateCheck.of(template)));
        checks.forEach(out::println);
        out.flush();
        return checks.stream().anyMatch(c -> c.level() == Check.Level.RED) ? 1 : 0;
    }

    static Check template(TemplateCheck check) {
        return check.same() ? Check.ok(check.report()) : Check.red(check.report(), "nothing to do for you: the model's own is used; please report the difference");
    }
}
