package tunebook.cli;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tunebook.engine.pjrt.PluginInstall;

/// `./tunebook plugin install cuda12`: the compiler for another device, by pinned version and checksum.
@Command(name = "plugin", description = "Installs the compiler for another device")
public final class PluginCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    @Command(name = "install", description = "cpu, cuda12, cuda13 (driver 580 or newer) or tpu; Linux, x86-64")
    void install(
            @Parameters(paramLabel = "NAME", description = "cpu, cuda12, cuda13 or tpu") String name,
            @Option(names = "--into", description = "folder (${DEFAULT-VALUE})", defaultValue = "${env:TUNEBOOK_PLUGINS_DIR:-.tunebook/plugins}") Path folder,
            @Option(names = "--python", description = "whose pip downloads (${DEFAULT-VALUE})", defaultValue = "${env:TUNEBOOK_PYTHON:-python3}") String python) {
        PluginInstall.install(name, folder, python);
        spec.commandLine().getOut().println("Installed the plug-in " + name + " into " + folder);
    }
}
