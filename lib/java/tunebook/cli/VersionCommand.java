package tunebook.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import tunebook.io.Build;

/// `./tunebook version`: the library's version and the Java it runs on.
@Command(name = "version", description = "The version of Tunebook and of the Java that runs it")
public final class VersionCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().getOut().println("Tunebook " + Build.version() + ", Java " + Runtime.version());
    }
}
