package tunebook.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `./tunebook version`: the library's version and the Java it runs on.
@Command(name = "version", description = "The version of Tunebook and of the Java that runs it")
public final class VersionCommand implements Runnable {
    static final String VERSION = "0.1.0";

    @Spec private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().getOut().println("Tunebook " + VERSION + ", Java " + Runtime.version());
    }
}
