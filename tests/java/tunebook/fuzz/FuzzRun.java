package tunebook.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Reads very many damaged inputs, each kind in a process of its own, so that one that dies is seen: the inputs go on after the one it died of.
///
/// From the repository's root, after `mvn test-compile dependency:copy-dependencies`, 40,000 inputs with random numbers from 42:
/// `TUNEBOOK_PLUGINS_DIR=.tunebook/plugins nice java --enable-native-access=ALL-UNNAMED -cp 'target/test-classes:target/classes:target/lib/*' tunebook.fuzz.FuzzRun 1000 42 FOLDER`
///
/// The first argument is multiplied by each kind's share. One input again: `... FuzzRun KIND 17 18 42 FOLDER`, after which it lies in FOLDER.
final class FuzzRun {
    /// Seconds that one input may take.
    private static final int LONGEST = 30;
    private static final int HANGS = 3;

    private FuzzRun() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length == 5) child(Kind.valueOf(arguments[0]), Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]), Long.parseLong(arguments[3]), Path.of(arguments[4]));
        else all(Integer.parseInt(arguments[0]), arguments[1], Path.of(arguments[2]));
    }

    private static void all(int times, String seed, Path folder) throws IOException, InterruptedException {
        long start = System.nanoTime();
        System.out.println("| kind | inputs | read well | our error | kinds of error | anything else |\n|---|---|---|---|---|---|");
        for (Kind kind : Kind.values()) {
            for (int from = 0, to = times * kind.share; from < to; ) {
                Path place = Files.createDirectories(folder).resolve(kind + "-" + from);
                Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED", "-Xmx512m", "-XX:ErrorFile=" + folder.resolve("crash-%p.log"),
                    "-cp", System.getProperty("java.class.path"), FuzzRun.class.getName(), kind.name(), "" + from, "" + to, seed, place.toString())
                    .redirectErrorStream(true).redirectOutput(folder.resolve(kind + "-" + from + ".log").toFile()).start();
                int status = process.waitFor();
                try (Stream<String> lines = Files.lines(folder.resolve(kind + "-" + from + ".log"))) {
                    lines.filter(l -> l.startsWith("| ") || l.startsWith("! ")).forEach(System.out::println);
                }
                if (status == 0) break;
                int died = Integer.parseInt(Files.readString(place.resolve("at")));
                System.out.println("! " + kind + " " + died + ": " + (status == HANGS ? "took more than " + LONGEST + " s" : "the process died with " + status) + "; it lies in " + place);
                from = died + 1;
            }
        }
        System.out.printf(Locale.ROOT, "%.0f s%n", (System.nanoTime() - start) / 1e9);
    }

    private static void child(Kind kind, int from, int to, long seed, Path place) throws IOException {
        Path at = Files.createDirectories(place).resolve("at");
        Thread reader = Thread.currentThread();
        long[] since = {System.nanoTime()};
        Fuzz fuzz = new Fuzz(kind, seed, Files.createTempDirectory(place, "inputs"));
        since[0] = System.nanoTime();
        Thread.ofPlatform().daemon().start(() -> {
            while (System.nanoTime() - since[0] < LONGEST * 1_000_000_000L) sleep();
            for (StackTraceElement e : reader.getStackTrace()) System.out.println("    " + e);
            Runtime.getRuntime().halt(HANGS);
        });
        Fuzz.Report report = fuzz.run(from, to, n -> {
            since[0] = System.nanoTime();
            try {
                Files.writeString(at, "" + n);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        List<String> out = new ArrayList<>(List.of(report.toString()));
        report.wrong().forEach(w -> out.add("! " + w));
        System.out.println(String.join("\n", out) + "\n" + Fuzz.lines(report.errors()));
        System.exit(0);
    }

    private static void sleep() {
        try {
            TimeUnit.MILLISECONDS.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
