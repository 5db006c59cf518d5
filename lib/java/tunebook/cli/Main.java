package tunebook.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Model.CommandSpec;
import tunebook.tensor.TunebookException;

/// The command line of the Java side; `./tunebook` passes on what it does not do itself.
@Command(name = "tunebook", subcommands = {VersionCommand.class, DoctorCommand.class, DataCommand.class, PluginCommand.class, TinyModelCommand.class, TrainCommand.class, ScoreCommand.class, FetchCommand.class, ExportCommand.class, MeasureCommand.class, MeasureCheckpointCommand.class, MeasureGenerationCommand.class, MeasureHeadCommand.class, MeasureLoadCommand.class})
public final class Main implements Runnable {
    @Spec private CommandSpec spec;

    /// Runs one command; the exit status is 0, 1 for a failure that was explained, or 2 for wrong arguments.
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true).setExecutionExceptionHandler((thrown, commands, parsed) -> {
            if (!(thrown instanceof TunebookException)) throw thrown;
            commands.getErr().println(thrown.getMessage());
            return 1;
        });
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
