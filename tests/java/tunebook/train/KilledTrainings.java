package tunebook.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import tunebook.TinyGemma;
import tunebook.data.Example;
import tunebook.engine.Session;
import tunebook.gemma.Gemma3;
import tunebook.lora.Lora;
import tunebook.lora.LoraModel;
import tunebook.nn.Precision;
import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;

/// Kills (`SIGKILL`) a training process again and again, resumes it, and holds every checkpoint that is left against the unbroken run's.
///
/// From the repository's root, after `mvn test-compile dependency:copy-dependencies`, 500 kills (or as many as fit into 30 minutes) with random numbers from 42:
/// `TUNEBOOK_PLUGINS_DIR=.tunebook/plugins nice java --enable-native-access=ALL-UNNAMED -cp 'target/test-classes:target/classes:target/lib/*' tunebook.train.KilledTrainings 500 42 FOLDER 30`
///
/// The process trains a tiny random Gemma (three layers, LoRA of rank 2 with dropout, shuffled rows, an evaluation every fifth step) and writes a checkpoint
/// after every step. Every second kill waits for its random instant and then for the next moment at which a checkpoint is being written or removed.
final class KilledTrainings {
    static final int STEPS = 100;

    private final Path folder;
    private final Random random;
    private final List<String> wrong = new ArrayList<>();
    /// Milliseconds that a whole run takes on this machine: kills come at random instants within it.
    private int whole;
    private int kills, beforeTheFirst, inside, finished, compared;

    private KilledTrainings(Path folder, long seed) {
        this.folder = folder;
        this.random = new Random(seed);
    }

    /// What came of it.
    ///
    /// @param beforeTheFirst kills that left no checkpoint at all
    /// @param inside         kills that left a hidden folder: a checkpoint half written or half removed
    /// @param finished       runs that reached their last step, killed on the way or not; another begins then
    /// @param compared       checkpoints held against the unbroken run's
    /// @param wrong          checkpoints that could not be read or differ, and processes that failed
    record Report(int kills, int beforeTheFirst, int inside, int finished, int compared, List<String> wrong) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%d kills: %d before the first checkpoint was there, %d inside the writing or removing of one; %d runs reached their last step; "
                + "%d checkpoints compared with the unbroken run's; %d unreadable or different%s", kills, beforeTheFirst, inside, finished, compared, wrong.size(),
                wrong.isEmpty() ? "" : ":\n" + String.join("\n", wrong));
        }
    }

    static Report run(int kills, long seed, Path folder, Duration limit) throws IOException, InterruptedException {
        KilledTrainings all = new KilledTrainings(folder, seed);
        long end = System.nanoTime() + limit.toNanos();
        all.unbroken();
        while (all.kills < kills && System.nanoTime() < end) all.next();
        all.toTheEnd();
        return new Report(all.kills, all.beforeTheFirst, all.inside, all.finished, all.compared, all.wrong);
    }

    private void unbroken() throws IOException, InterruptedException {
        long start = System.nanoTime();
        if (process(folder.resolve("unbroken"), 10 * STEPS).waitFor() != 0) throw new IllegalStateException(log("unbroken"));
        whole = (int) ((System.nanoTime() - start) / 1_000_000);
    }

    /// One process more: started or resumed, and killed if it does not end before.
    private void next() throws IOException, InterruptedException {
        Path run = folder.resolve("killed");
        Process process = process(run, 3);
        if (!process.waitFor(random.nextInt(whole), TimeUnit.MILLISECONDS) && kills % 2 == 1) awaitWriting(run);
        boolean ended = !process.isAlive();
        process.destroyForcibly().waitFor();
        if (ended) {
            check(run, process.exitValue());
            return;
        }
        kills++;
        if (hidden(run) > 0) inside++;
        check(run, 0);
    }

    /// Until a checkpoint is begun or removed, or for some seconds if none is.
    private static void awaitWriting(Path run) throws IOException, InterruptedException {
        Files.createDirectories(run);
        try (WatchService changes = run.getFileSystem().newWatchService()) {
            run.register(changes, StandardWatchEventKinds.ENTRY_CREATE);
            for (WatchKey key; (key = changes.poll(5, TimeUnit.SECONDS)) != null; key.reset())
                if (key.pollEvents().stream().anyMatch(e -> e.context().toString().endsWith(".tmp"))) return;
        }
    }

    private void toTheEnd() throws IOException, InterruptedException {
        int before = finished;
        for (int i = 0; i < 3 && finished == before; i++) check(folder.resolve("killed"), process(folder.resolve("killed"), 3).waitFor());
    }

    private void check(Path run, int exit) throws IOException {
        if (exit != 0) wrong.add("after " + kills + " kills a process ended by itself with " + exit + ": " + log("killed"));
        try {
            List<Checkpoint> left = Checkpoint.list(run);
            if (left.isEmpty()) beforeTheFirst++;
            for (Checkpoint c : left) compare(c, folder.resolve("unbroken").resolve(Checkpoint.name(c.step())));
            if (!left.isEmpty() && left.getLast().step() == STEPS) {
                finished++;
                delete(run);
            }
        } catch (TunebookException e) {
            wrong.add("after " + kills + " kills: " + e.getMessage());
            delete(run);
        }
    }

    private void compare(Checkpoint actual, Path unbroken) throws IOException {
        actual.verify();
        compared++;
        for (String file : List.of(Checkpoint.PARAMETERS, Checkpoint.OPTIMIZER, Checkpoint.DATA))
            if (Files.mismatch(actual.folder().resolve(file), unbroken.resolve(file)) != -1) wrong.add("after " + kills + " kills " + actual.folder().resolve(file) + " differs");
        if (!learned(actual.folder()).equals(learned(unbroken))) wrong.add("after " + kills + " kills the losses up to " + actual.step() + " differ");
    }

    private static List<List<Object>> learned(Path checkpoint) {
        return HistoryFile.read(checkpoint.resolve(Checkpoint.HISTORY)).stream().map(s -> List.<Object>of(s.step(), s.loss(), s.gradientNorm(), s.learningRate(), s.evalLoss())).toList();
    }

    /// How many checkpoints are half written or half removed.
    private static long hidden(Path run) throws IOException {
        String[] names = run.toFile().list();
        return names == null ? 0 : Stream.of(names).filter(n -> n.endsWith(".tmp")).count();
    }

    private static void delete(Path run) throws IOException {
        try (Stream<Path> files = Files.walk(run)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }

    private String log(String name) throws IOException {
        return Files.readString(folder.resolve(name + ".log")).lines().filter(l -> l.contains("Exception")).findFirst().orElse("it said nothing");
    }

    private Process process(Path run, int keep) throws IOException {
        Files.createDirectories(folder);
        Path log = folder.resolve(run.getFileName() + ".log");
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xmx256m",
            "-cp", System.getProperty("java.class.path"), Training.class.getName(), run.toString(), "" + keep).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }

    /// The process that is killed: it starts the run, or resumes it where there is a checkpoint.
    static final class Training {
        public static void main(String[] arguments) {
            List<Example> examples = TinyGemma.examples(16);
            TrainConfig config = new TrainConfig().maxSteps(STEPS).batchSize(2).learningRate(1e-2).warmupSteps(5).evalEvery(5);
            Checkpoints checkpoints = new Checkpoints(Path.of(arguments[0])).every(1).keepLast(Integer.parseInt(arguments[1]));
            boolean begun = !Checkpoint.list(checkpoints.folder()).isEmpty();
            try (Gemma3 base = Gemma3.load(Path.of("tests/golden/lora/nested-base"), Session.open("cpu"), Precision.F32);
                 LoraModel model = new Lora().rank(2).dropout(0.1).targets("q_proj", "v_proj").attach(base, Seed.of(begun ? System.nanoTime() : 1))) {
                Trainer trainer = new Trainer(model, config);
                (begun ? trainer.resume(checkpoints) : trainer.checkpoints(checkpoints)).run(examples.subList(0, 12), examples.subList(12, 16));
            }
        }
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Report report = run(Integer.parseInt(arguments[0]), Long.parseLong(arguments[1]), Files.createDirectories(Path.of(arguments[2])), Duration.ofMinutes(Long.parseLong(arguments[3])));
        System.out.printf(Locale.ROOT, "%s%n%.0f s%n", report, (System.nanoTime() - start) / 1e9);
        System.exit(report.wrong().isEmpty() ? 0 : 1);
    }
}
