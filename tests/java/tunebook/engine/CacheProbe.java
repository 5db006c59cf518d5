package tunebook.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import tunebook.tensor.HostArray;

/// A process of its own that compiles and runs one program, for tests of the cache on disk.
final class CacheProbe {
    private CacheProbe() {}

    public static void main(String[] args) {
        Session session = Session.open("cpu");
        try (Compiled add = session.compile(Programs.add()); Buffer x = session.put(HostArray.of(new float[] {1, 2, 3, 4}));
             Buffer sum = add.run(List.of(x, x)).getFirst()) {
            System.out.println("PROBE compilations=" + session.compilations() + " hits=" + session.cacheHits() + " notes=" + session.notes().size()
                + " last=" + sum.toHost().getFloat(3));
        }
    }

    /// Runs it with `cache` and returns its line.
    static String run(Path cache) throws IOException, InterruptedException {
        Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED",
            "-DTUNEBOOK_CACHE=" + cache, "-cp", folder(Session.class) + ":" + folder(CacheProbe.class), CacheProbe.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String out = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        child.waitFor();
        return out.lines().filter(l -> l.startsWith("PROBE ")).findFirst().orElse("no answer: " + out).strip();
    }

    private static String folder(Class<?> c) {
        return c.getProtectionDomain().getCodeSource().getLocation().getPath();
    }
}
