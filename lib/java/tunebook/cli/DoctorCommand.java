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

    /// Where the two differ, the model's own is used; the line says what the built-in one would have done.
    static Check template(TemplateCheck check) {
        if (check.differences().isEmpty()) return Check.ok("template: equal to " + check.format() + " in " + check.compared() + " texts");
        StringBuilder words = new StringBuilder("template: differs from " + check.format() + " in " + check.differences().size() + " of " + check.compared() + " texts");
        for (var d : check.differences())
            words.append("\n          ").append(d.conversation()).append(", character ").append(d.at()).append("\n            own      ").append(line(d.own()))
                .append("\n            built-in ").append(line(d.builtIn()));
        return Check.red(words.toString(), "the model's own template is used wherever it is found; please report the difference");
    }

    private static String line(String text) {
        return text.replace("\n", "\\n");
    }
}
