package tunebook.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/// What this machine's processor can do. Compiled CPU programs use it, so a cache must not carry them to a lesser one.
record HostCpu(String model, Set<String> features, int processors) {

    /// Read from the operating system; without `/proc/cpuinfo`, only the architecture is known.
    static HostCpu read() {
        String model = System.getProperty("os.arch") + " " + System.getProperty("os.name");
        var features = new TreeSet<String>();
        try {
            for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
                int colon = line.indexOf(':');
                if (colon < 0) continue;
                String key = line.substring(0, colon).strip();
                if (key.equals("flags") || key.equals("Features")) features.addAll(Set.of(line.substring(colon + 1).strip().split(" +")));
                if (key.equals("model name")) model = line.substring(colon + 1).strip();
                if (line.isBlank()) break;
                if (!features.isEmpty()) break; // the first processor speaks for all
            }
        } catch (IOException e) {
            features.clear(); // not Linux
        }
        return new HostCpu(model, features, Runtime.getRuntime().availableProcessors());
    }

    /// Whether it multiplies bf16 in hardware.
    boolean hasBf16() {
        return features.contains("avx512_bf16") || features.contains("amx_bf16") || features.contains("bf16");
    }

    /// All of it as one line, for a cache key.
    String key() {
        return model + "|" + String.join(" ", features) + "|" + processors;
    }
}
