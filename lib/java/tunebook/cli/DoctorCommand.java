package tunebook.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `./tunebook doctor`: what is there, and what to do about what is not. The exit status is 1 if a line is red.
@Command(name = "doctor", description = "What is there, and what to do where something is missing")
public final class DoctorCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        List<Check> checks = Checks.all();
        checks.forEach(spec.commandLine().getOut()::println);
        spec.commandLine().getOut().flush();
        return checks.stream().anyMatch(c -> c.level() == Check.Level.RED) ? 1 : 0;
    }
}
