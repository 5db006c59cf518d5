package tunebook.data.synthetic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import tunebook.tensor.Seed;

/// Practice in calling functions, without end: over 70 written tools of a kitchen, a library, a greenhouse and more, and
/// tools composed by chance. No tool and no word is the phone's, so that a model trained on this knows how a function is
/// called and how dates are reckoned, but no task of [PhoneActions].
///
/// Rows have the schema of google/mobile-actions. Row `i` depends on the seed, the stage and `i` alone.
public final class PracticeTools {
    /// A course, from short rows to long ones. `COPY`: one tool, one call, one to three arguments, no date and no word of the
    /// time. `FIRST`: one or two tools, one call, at most two arguments. `FULL`: everything.
    /// `WIDE`: as `FULL` with more tools, more dates, and names and values sewn from any letters ([Patchwork]); each [#TOGETHER] rows in succession have the
    /// same tools and time.
    public enum Stage { COPY, FIRST, FULL, WIDE }

    private static final int[] TOOL_COUNTS = {1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 6, 7, 7};
    private static final int[] MANY_TOOLS = {2, 3, 4, 5, 6, 7, 7, 7};
    /// Rows of stage `WIDE` that share their tools.
    public static final int TOGETHER = 5;
    private static final List<DateGrammar.Kind> DATES = List.of(DateGrammar.Kind.values());
    /// In stage `WIDE` the simple kinds come as often as all kinds together.
    private static final List<DateGrammar.Kind> WIDE_DATES = Stream.concat(DATES.stream(),
        IntStream.range(0, DATES.size()).mapToObj(i -> List.of(DateGrammar.Kind.TODAY, DateGrammar.Kind.TOMORROW, DateGrammar.Kind.DATED).get(i % 3))).toList();

    private final Seed seed;
    private final Stage stage;
    private final Lexicon lexicon = Lexicon.load();
    private final List<String> pieces = Patchwork.load();
    private final List<ToolSpec> written = ToolSpec.read("practice.txt");

    private PracticeTools(Seed seed, Stage stage) {
        this.seed = seed;
        this.stage = stage;
    }

    /// Rows without end, in order; use `limit`.
    public static Stream<ObjectNode> rows(Seed seed, Stage stage) {
        var tools = new PracticeTools(seed, stage);
        return LongStream.iterate(0, i -> i + 1).mapToObj(i -> tools.row(i).json("train"));
    }

    /// Writes `rows` rows of stage `FULL` to the file `out`, one JSON object a line; makes its folder where needed.
    public static void write(Path out, Seed seed, int rows) {
        write(out, seed, rows, Stage.FULL);
    }

    /// Writes `rows` rows of `stage` to the file `out`.
    public static void write(Path out, Seed seed, int rows, Stage stage) {
        JsonLines.write(out, rows(seed, stage).limit(rows));
    }

    GeneratedRow row(long index) {
        if (stage == Stage.WIDE) return wideRow(index);
        RandomGenerator random = seed.derive("practice " + stage + " " + index).random();
        var values = new Values(random, lexicon, Lexicon.Pool.TRAIN, DATES, Values.Words.INVENTED, GeneratedRow.someTime(random));
        boolean two = stage == Stage.FULL && random.nextInt(5) == 0;
        var tools = new ArrayList<DeclaredTool>();
        var names = new HashSet<String>();
        var calls = new ArrayList<Call>();
        while (calls.size() < (two ? 2 : 1)) {
            boolean withDate = stage != Stage.COPY && random.nextInt(6) == 0;
            DeclaredTool tool = DeclaredTool.draw(target(random, withDate), random);
            if (!names.add(tool.name())) continue;
            tools.add(tool);
            calls.add(tool.call(values, withDate));
        }
        int count = toolCount(random);
        while (tools.size() < count) {
            DeclaredTool tool = DeclaredTool.draw(distractor(tools.getFirst().spec(), random), random);
            if (names.add(tool.name())) tools.add(tool);
        }
        Collections.shuffle(tools, Random.from(random));
        return new GeneratedRow(values.now(), stage != Stage.COPY, tools, Wording.request(calls, random), calls);
    }

    private GeneratedRow wideRow(long index) {
        RandomGenerator shared = seed.derive("practice tools " + index / TOGETHER).random();
        LocalDateTime now = GeneratedRow.someTime(shared);
        List<DeclaredTool> tools = wideTools(shared);
        RandomGenerator random = seed.derive("practice " + stage + " " + index).random();
        var values = new Values(random, lexicon, Lexicon.Pool.TRAIN, WIDE_DATES, new Values.Words(true, pieces), now);
        var asked = new ArrayList<>(tools);
        Collections.shuffle(asked, Random.from(random));
        List<Call> calls = asked.subList(0, random.nextInt(5) == 0 ? 2 : 1).stream().map(tool -> tool.call(values, random.nextBoolean())).toList();
        return new GeneratedRow(now, true, tools, Wording.request(calls, random), calls);
    }

    /// Tools of which every one may be asked for; half of them under names that say nothing.
    private List<DeclaredTool> wideTools(RandomGenerator random) {
        var tools = new ArrayList<DeclaredTool>();
        var names = new HashSet<String>();
        var tasks = new HashSet<String>();
        int count = toolCount(random);
        while (tools.size() < count) {
            boolean neighbour = !tools.isEmpty() && random.nextBoolean();
            DeclaredTool tool = declared(neighbour ? distractor(tools.getLast().spec(), random) : target(random, random.nextInt(3) == 0), random);
            if (tasks.add(task(tool.spec())) && names.add(tool.name())) tools.add(tool);
        }
        return tools;
    }

    /// What a tool does: two tools that do the same could not be told apart.
    private static String task(ToolSpec spec) {
        return spec.domain().contains(" ") ? spec.domain() : spec.names().getFirst();
    }

    private DeclaredTool declared(ToolSpec spec, RandomGenerator random) {
        DeclaredTool tool = DeclaredTool.draw(spec, random);
        return random.nextBoolean() ? tool.renamed(new Patchwork(random, pieces)) : tool;
    }

    private int toolCount(RandomGenerator random) {
        return switch (stage) {
            case COPY -> 1;
            case FIRST -> random.nextInt(1, 3);
            case FULL -> TOOL_COUNTS[random.nextInt(TOOL_COUNTS.length)];
            case WIDE -> MANY_TOOLS[random.nextInt(MANY_TOOLS.length)];
        };
    }

    private int mostParams(RandomGenerator random) {
        return stage == Stage.FIRST ? 2 : stage == Stage.COPY ? 3 : Lexicon.pick(random, List.of(1, 2, 2, 3, 3, 4, 5));
    }

    private ToolSpec target(RandomGenerator random, boolean withDate) {
        int least = stage == Stage.COPY ? 1 : 0;
        if (random.nextInt(5) < 2) return new ComposedTools(random).tool(least, Math.max(0, mostParams(random) - (withDate ? 1 : 0)), withDate);
        return Lexicon.pick(random, written.stream().filter(spec -> fits(spec) && (!withDate || spec.has(ValueKind.DATE))).toList());
    }

    private boolean fits(ToolSpec spec) {
        return switch (stage) {
            case COPY -> !spec.params().isEmpty() && !spec.has(ValueKind.DATE);
            case FIRST -> spec.params().size() <= 2;
            case FULL, WIDE -> true;
        };
    }

    private ToolSpec distractor(ToolSpec target, RandomGenerator random) {
        boolean composed = target.domain().contains(" ");
        if (random.nextInt(5) < 2) return new ComposedTools(random).tool(0, Math.min(2, mostParams(random)), false);
        if (composed && random.nextBoolean()) return new ComposedTools(random).neighbour(target, 2);
        boolean sameDomain = random.nextBoolean() && !composed;
        return Lexicon.pick(random, written.stream().filter(spec -> fits(spec) && (!sameDomain || spec.domain().equals(target.domain()))).toList());
    }
}
