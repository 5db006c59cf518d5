package tunebook.train;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import tunebook.TinyGemma;
import tunebook.data.Example;
import tunebook.engine.Session;
import tunebook.gemma.Gemma3;
import tunebook.generate.Generator;
import tunebook.lora.Lora;
import tunebook.lora.LoraModel;
import tunebook.nn.Precision;
import tunebook.tensor.Seed;

/// Trains for very many steps, with evaluations, checkpoints and generated text now and then, and prints what the process holds and how fast it is as it goes.
///
/// From the repository's root, after `mvn test-compile dependency:copy-dependencies`, 100,000 steps:
/// `TUNEBOOK_PLUGINS_DIR=.tunebook/plugins java --enable-native-access=ALL-UNNAMED -Xms256m -Xmx256m -XX:+AlwaysPreTouch -cp 'target/test-classes:target/classes:target/lib/*' tunebook.train.LongRun 100000 FOLDER`
///
/// The heap is of one size and touched from the start, so that resident memory shows what is held outside of it.
final class LongRun {
    /// Rows of the table.
    private static final int ROWS = 20;
    private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    /// What the process held after a step and how fast it was since the row before.
    ///
    /// @param seconds since the run's beginning
    /// @param heap    bytes in use after a collection
    /// @param best    tokens a second that one step in a hundred reaches: what other work on the machine disturbs least
    private record Row(int step, double seconds, long resident, long heap, int buffers, long bufferBytes, int programs, long files, double perSecond, double perProcessorSecond, double best) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "| %,d | %.0f | %.1f | %.2f | %d | %,d | %d | %d | %,.0f | %,.0f | %,.0f |", step, seconds, resident / 1048576.0, heap / 1048576.0, buffers, bufferBytes,
                programs, files, perSecond, perProcessorSecond, best);
        }
    }

    private final Session session;
    private final int window;
    private final List<Row> rows = new ArrayList<>();
    private final long begin = System.nanoTime();
    private final double[] speeds;
    private long since = begin, processor = SYSTEM.getProcessCpuTime(), tokens;

    private LongRun(Session session, int steps) {
        this.session = session;
        this.window = steps / ROWS;
        this.speeds = new double[window];
    }

    private void step(StepReport report) {
        tokens += report.tokens();
        speeds[report.step() % window] = report.tokens() / report.seconds();
        if (report.step() % window == 0) row(report.step());
    }

    private void row(int step) {
        double seconds = (System.nanoTime() - since) / 1e9, processorSeconds = (SYSTEM.getProcessCpuTime() - processor) / 1e9;
        long heap = heap();
        rows.add(new Row(step, (System.nanoTime() - begin) / 1e9, resident(), heap, session.liveBuffers(), session.liveBytes(), session.livePrograms(), files(), tokens / seconds,
            tokens / processorSeconds, Arrays.stream(speeds).sorted().skip(window * 99L / 100).findFirst().orElseThrow()));
        System.out.println(rows.getLast());
        tokens = 0;
        since = System.nanoTime();
        processor = SYSTEM.getProcessCpuTime();
    }

    private static long resident() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return 1024 * lines.filter(l -> l.startsWith("VmRSS:")).mapToLong(l -> Long.parseLong(l.replaceAll("\\D", ""))).findFirst().orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long files() {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The last row against the first after a minute. Each step's report is kept: what they take, `perStep` bytes each, is told apart.
    private void compare(double perStep) {
        List<Row> after = rows.stream().filter(r -> r.seconds > 60).toList();
        Row first = after.getFirst(), last = after.getLast();
        System.out.printf(Locale.ROOT, "%nstep %,d against step %,d; the reports of the steps take %.0f bytes each, %.2f MiB at the end%n", last.step, first.step, perStep,
            last.step * perStep / 1048576);
        ratio("resident memory", first.resident, last.resident);
        ratio("heap", first.heap, last.heap);
        ratio("heap without the steps' reports", first.heap - first.step * perStep, last.heap - last.step * perStep);
        ratio("live buffers", first.buffers, last.buffers);
        ratio("bytes of live buffers", first.bufferBytes, last.bufferBytes);
        ratio("loaded programs", first.programs, last.programs);
        ratio("open files", first.files, last.files);
        ratio("tokens a second", first.perSecond, last.perSecond);
        ratio("tokens a second of processor time", first.perProcessorSecond, last.perProcessorSecond);
        ratio("tokens a second of one step in a hundred", first.best, last.best);
        int third = after.size() / 3;
        List<Row> early = after.subList(0, third), late = after.subList(after.size() - third, after.size());
        System.out.printf("medians of the first and the last %d rows after the first minute:%n", third);
        ratio("tokens a second", median(early, Row::perSecond), median(late, Row::perSecond));
        ratio("tokens a second of processor time", median(early, Row::perProcessorSecond), median(late, Row::perProcessorSecond));
        ratio("tokens a second of one step in a hundred", median(early, Row::best), median(late, Row::best));
    }

    private static double median(List<Row> rows, ToDoubleFunction<Row> figure) {
        double[] sorted = rows.stream().mapToDouble(figure).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static void ratio(String what, double first, double last) {
        System.out.printf(Locale.ROOT, "%s: %+.2f %%%n", what, 100 * (last / first - 1));
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    public static void main(String[] arguments) {
        int steps = Integer.parseInt(arguments[0]);
        Checkpoints checkpoints = new Checkpoints(Path.of(arguments[1])).every(5000);
        TrainConfig config = new TrainConfig().maxSteps(steps).batchSize(8).learningRate(1e-3).warmupSteps(5).evalEvery(500);
        List<Example> examples = TinyGemma.examples(28);
        try (Gemma3 base = TinyGemma.load(Precision.F32); LoraModel model = new Lora().rank(4).dropout(0.1).targets("q_proj", "v_proj").attach(base, Seed.of(1));
             Generator generator = new Generator(model, 2)) {
            LongRun run = new LongRun(base.session(), steps);
            List<int[]> prompts = examples.subList(24, 26).stream().map(Example::tokens).toList();
            System.out.println("begun at " + LocalTime.now().truncatedTo(ChronoUnit.SECONDS) + "\n| step | s | resident MiB | heap MiB | buffers | their bytes | programs | files | tokens/s | tokens/s of processor time | tokens/s of one step in a hundred |\n|---|---|---|---|---|---|---|---|---|---|---|");
            History history = new Trainer(model, config).checkpoints(checkpoints).listen(report -> {
                if (report.step() % 500 == 0) generator.generate(prompts, 16, Set.of());
                run.step(report);
            }).run(examples.subList(0, 24), examples.subList(24, 28));
            List<StepReport> kept = new ArrayList<>();
            history.steps().forEach(kept::add); // as the run holds them
            history = null;
            long with = heap();
            kept = null;
            run.compare((with - heap()) / (double) steps);
        }
    }
}
