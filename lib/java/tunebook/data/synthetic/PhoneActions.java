package tunebook.data.synthetic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import tunebook.tensor.Seed;

/// Requests to a phone and the calls that answer them, in the schema (and for the seven tools) of google/mobile-actions,
/// in words of our own. `data/phone-actions/README.md` tells the shares and the grammar of dates.
///
/// No request occurs twice, in either part; names, titles, subjects and places of the `eval` part occur in no `train` row.
public final class PhoneActions {
    /// How often each tool is asked for, in the order of `phone.txt`: the three without arguments, then the others.
    private static final int[] WEIGHTS = {10, 10, 10, 17, 17, 18, 18};
    private static final List<DateGrammar.Kind> DATES = List.of(
            DateGrammar.Kind.TODAY, DateGrammar.Kind.TODAY, DateGrammar.Kind.TODAY,
            DateGrammar.Kind.TOMORROW, DateGrammar.Kind.TOMORROW, DateGrammar.Kind.TOMORROW,
            DateGrammar.Kind.DATED, DateGrammar.Kind.DATED, DateGrammar.Kind.DATED, DateGrammar.Kind.DATED,
            DateGrammar.Kind.DAY_AFTER_TOMORROW, DateGrammar.Kind.IN_DAYS, DateGrammar.Kind.WEEKDAY, DateGrammar.Kind.NEXT_WEEKDAY);

    private final Lexicon lexicon = Lexicon.load();
    private final List<ToolSpec> phone = ToolSpec.read("phone.txt");
    private final Set<String> requests = new HashSet<>();
    private final Seed seed;

    private PhoneActions(Seed seed) {
        this.seed = seed;
    }

    /// Both parts.
    public record Rows(List<ObjectNode> train, List<ObjectNode> eval) {}

    /// `train` and `eval` rows; the same seed and counts give the same rows.
    public static Rows rows(Seed seed, int train, int eval) {
        var actions = new PhoneActions(seed);
        var evalRows = actions.part("eval", Lexicon.Pool.HELD_OUT, eval);
        return new Rows(actions.part("train", Lexicon.Pool.TRAIN, train), evalRows);
    }

    /// Writes `train.jsonl` with `rows` rows and `eval.jsonl` with 3 for each 20 of them into the folder `out`.
    public static void write(Path out, Seed seed, int rows) {
        Rows parts = rows(seed, rows, rows * 3 / 20);
        JsonLines.write(out.resolve("train.jsonl"), parts.train().stream());
        JsonLines.write(out.resolve("eval.jsonl"), parts.eval().stream());
    }

    private List<ObjectNode> part(String name, Lexicon.Pool pool, int count) {
        RandomGenerator random = seed.derive("phone " + name).random();
        var rows = new ArrayList<ObjectNode>();
        while (rows.size() < count) {
            GeneratedRow row = row(random, pool);
            if (requests.add(row.request())) rows.add(row.json(name));
        }
        return rows;
    }

    private GeneratedRow row(RandomGenerator random, Lexicon.Pool pool) {
        var values = new Values(random, lexicon, pool, DATES, Values.Words.LISTED, GeneratedRow.someTime(random));
        var tools = new ArrayList<>(phone.stream().map(spec -> DeclaredTool.draw(spec, random)).toList());
        var calls = new ArrayList<Call>();
        int wanted = random.nextInt(5) == 0 ? 2 : 1;
        while (calls.size() < wanted) {
            DeclaredTool tool = tools.get(weighted(random));
            if (calls.stream().noneMatch(call -> call.tool().equals(tool.name()))) calls.add(tool.call(values, false));
        }
        Collections.shuffle(tools, Random.from(random));
        return new GeneratedRow(values.now(), true, tools, Wording.request(calls, random), calls);
    }

    private static int weighted(RandomGenerator random) {
        int left = random.nextInt(100);
        for (int i = 0; ; i++) if ((left -= WEIGHTS[i]) < 0) return i;
    }
}
