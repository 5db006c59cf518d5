package tunebook.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `./tunebook doctor`: what is there, and what to do about what is not.
@Command(name = "doctor", description = "What is there, and what to do where something is missing")
public final class DoctorCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        var out = spec.commandLine().getOut();
        out.println("  ok    Java " + Runtime.version() + " (" + System.getProperty("java.home") + ")");
        out.println("  ok    memory: Java heap up to " + (Runtime.getRuntime().maxMemory() >> 20) + " MB (TUNEBOOK_XMX changes it)");
    }
}
