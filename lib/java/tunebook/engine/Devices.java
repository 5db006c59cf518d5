package tunebook.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tunebook.engine.pjrt.Client;
import tunebook.engine.pjrt.Plugin;
import tunebook.engine.pjrt.Plugins;
import tunebook.tensor.Launcher;
import tunebook.tensor.TunebookException;

/// Choosing a device and starting its plug-in.
final class Devices {
    private static final List<String> BEST_FIRST = List.of("tpu", "cuda", "cpu");

    private Devices() {}

    /// The session of the first device in the order TPU, CUDA, CPU that is present and starts.
    static Session openBest() {
        Optional<String> named = Plugins.named().map(p -> Plugin.loadAsIs(p).platformGuess()).filter(BEST_FIRST::contains);
        if (named.isPresent()) return Session.open(named.get());
        var tried = new ArrayList<String>();
        for (String platform : BEST_FIRST) {
            if (!present(platform)) continue;
            try {
                return Session.open(platform);
            } catch (TunebookException e) {
                tried.add(platform + ": " + e.getMessage());
            }
        }
        throw TunebookException.of("Session.open", "no device can be used", String.join("; ", tried), "run " + Launcher.command("doctor"));
    }

    /// Whether the machine has such a device at all. Starting libtpu without a TPU takes minutes to fail, so it is asked first.
    private static boolean present(String platform) {
        return switch (platform) {
            case "tpu" -> exists("/dev/accel0") || exists("/dev/vfio/0") || exists("/dev/vfio/devices");
            case "cuda" -> exists("/dev/nvidiactl") || exists("/dev/nvidia0") || exists("/dev/dxg");
            default -> true;
        };
    }

    private static boolean exists(String path) {
        return Files.exists(Path.of(path));
    }

    /// A client for `platform`, from the plug-in that `TUNEBOOK_PLUGIN` names if it is one for it, or else from an installed one.
    static Client client(String platform) {
        Optional<Plugin> named = Plugins.named().map(Plugin::loadAsIs)
            .filter(p -> p.platformGuess().equals(platform) || p.platformGuess().equals("unknown"));
        Plugin plugin = named.orElseGet(() -> Plugin.load(installed(platform)));
        return Client.create(plugin);
    }

    private static Path installed(String platform) {
        return Plugins.find(platform).orElseThrow(() -> TunebookException.of("Session.open(\"" + platform + "\")",
            "no " + platform + " plug-in is installed", "searched " + Plugins.roots() + " and python3's own folders",
            "run " + Launcher.command("doctor") + ", or set TUNEBOOK_PLUGINS_DIR to the folder it was installed to"));
    }
}
