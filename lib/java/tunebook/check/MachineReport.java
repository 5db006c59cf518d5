package tunebook.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import tunebook.data.ChatData;
import tunebook.data.Example;
import tunebook.data.ExampleBuilder;
import tunebook.engine.Session;
import tunebook.gemma.FunctionGemma;
import tunebook.gemma.Gemma3;
import tunebook.gemma.Gemma3Config;
import tunebook.io.Build;
import tunebook.lora.Lora;
import tunebook.lora.LoraModel;
import tunebook.nn.Precision;
import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;
import tunebook.tokenizer.Tokenizer;
import tunebook.train.StepReport;
import tunebook.train.TrainConfig;
import tunebook.train.Trainer;

/// What notebook 00 finds out: each part gives lines that never throw, and leaves its figures for [#json]. The course's `data` folder must be there.
public final class MachineReport {
    /// Losses of the tiny model's first two steps in F32, on an x86-64 CPU with the pinned plug-in.
    private static final double[] STORED = {1.1229405824829932, 0.38102824176586436};
    /// Relative; dots of another device add in another order, and a GPU may round their factors.
    private static final double TOLERANCE = 2e-3;
    private static final Path MODEL = Path.of("data/tiny-functiongemma"), ROWS = Path.of("data/phone-actions/train.jsonl");
    private static final int ROWS_OF_A_STEP = 2, STEPS = 4;
    private static final String RESTART = "Kernel → Restart Kernel, then run this notebook alone; on Colab: Runtime → Disconnect and delete runtime, then from the top";
    private static final String REPORT = "paste the JSON at the end into an issue";
    private final Map<String, Object> facts = new LinkedHashMap<>();

    /// Java, memory, disk, driver, plug-ins with the version of their API, and the device that was chosen, with its precision.
    public List<Check> machine() {
        facts.put("tunebook", Build.version() + " (" + Build.commit() + ")");
        facts.put("java", Runtime.version().toString());
        facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version") + " " + System.getProperty("os.arch"));
        facts.put("cores", Runtime.getRuntime().availableProcessors());
        facts.put("colab", System.getenv("COLAB_RELEASE_TAG") != null);
        facts.put("nvidia_driver", Checks.driver().map(String::valueOf).orElse("none"));
        List<Check> checks = Checks.all();
        List<String> wrong = checks.stream().filter(c -> c.level() == Check.Level.RED).map(c -> c.withoutPaths().what()).toList();
        facts.put("wrong", wrong);
        noting("device", () -> {
            Session session = Session.open();
            facts.put("device", Check.ok(session.describe()).withoutPaths().what());
            facts.put("versions", session.versions());
            facts.put("precision", precision(session));
            return List.of();
        });
        return checks;
    }

    /// Two optimizer steps of the embedded model in F32, their losses beside those that are stored: the whole way through compiler and device.
    public List<Check> tinySteps() {
        return noting("tiny_steps", () -> {
            try (Gemma3 model = Gemma3.load(MODEL, Session.open(), Precision.F32)) {
                double[] losses = steps(model, 2, 8).stream().mapToDouble(StepReport::loss).toArray();
                double apart = Math.max(Math.abs(losses[0] / STORED[0] - 1), Math.abs(losses[1] / STORED[1] - 1));
                facts.put("tiny_steps", Map.of("losses", losses, "stored", STORED, "relative_difference", apart));
                String words = "two steps: losses %.6f and %.6f, stored from a CPU %.6f and %.6f: at most %.1e apart".formatted(losses[0], losses[1], STORED[0], STORED[1], apart);
                return List.of(apart <= TOLERANCE ? Check.ok(words) : Check.red(words, "this device or plug-in computes something else: " + REPORT));
            }
        });
    }

    /// Four LoRA steps of two rows on random weights of the 270M's shape; the first compiles. Time and memory do not depend on what the numbers are.
    public List<Check> steps270M() {
        return noting("steps_270m", () -> steps270M(Session.open(), "steps_270m"));
    }

    /// The same as on a device without bf16 units, a T4 say: dots in F32 over weights in BF16.
    public List<Check> rehearseT4() {
        return noting("steps_270m_without_bf16", () -> {
            Session session = Session.open().useBf16(false);
            try {
                return steps270M(session, "steps_270m_without_bf16");
            } finally {
                session.useBf16(true);
            }
        });
    }

    private List<Check> steps270M(Session session, String name) {
        try (Gemma3 model = Gemma3.frozen(Gemma3Config.GEMMA_3_270M, Tokenizer.load(MODEL), new FunctionGemma(), session, Seed.of(0))) {
            List<StepReport> reports = steps(model, STEPS, ROWS_OF_A_STEP);
            List<StepReport> timed = reports.subList(1, reports.size());
            double step = timed.stream().mapToDouble(StepReport::seconds).sorted().skip(timed.size() / 2).findFirst().orElseThrow();
            double tokens = timed.stream().mapToLong(StepReport::tokens).average().orElseThrow();
            long megabytes = memory(session) >> 20;
            facts.put(name, Map.of("precision", precision(session), "first_step_s", reports.getFirst().seconds(), "step_s", step, "tokens", tokens, "peak_mb", megabytes));
            return List.of(Check.ok("270M, %s: %.2f s a step of %.0f tokens (the first, with compiling, %.1f s), peak memory %,d MB".formatted(precision(session), step, tokens,
                reports.getFirst().seconds(), megabytes)));
        }
    }

    private static List<StepReport> steps(Gemma3 model, int steps, int rows) {
        List<Example> examples = new ExampleBuilder(model.tokenizer(), model.template()).examples(ChatData.read(ROWS).select(steps * rows)).examples();
        TrainConfig config = new TrainConfig().maxSteps(steps).batchSize(rows).shuffle(false).learningRate(1e-3).warmupSteps(0);
        try (LoraModel tuned = new Lora().rank(8).alpha(16).targets("all-linear").attach(model, Seed.of(1))) {
            return new Trainer(tuned, config).run(examples, List.of()).steps();
        }
    }

    private static String precision(Session session) {
        return session.hasBf16() ? "bf16" : "f32 over bf16 storage";
    }

    /// Of the device, or where it does not say (CPU) of this process.
    private static long memory(Session session) {
        return session.deviceMemory().map(m -> m.peak()).or(() -> PeakMemory.bytes().stream().boxed().findFirst()).orElse(0L);
    }

    /// What `part` finds; an error becomes a red line with what to do next.
    private List<Check> noting(String part, Supplier<List<Check>> finding) {
        try {
            return finding.get();
        } catch (TunebookException e) {
            facts.put(part, "failed: " + e.getMessage());
            return List.of(Check.red(e.getMessage(), e.getMessage().contains("memory is full") ? RESTART : "do what the line says; where it does not help, " + REPORT));
        }
    }

    /// All figures so far, to paste into an issue. No path of this machine and no token is in it.
    public String json() {
        try {
            return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(facts);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e); // maps, lists, texts and numbers
        }
    }
}
