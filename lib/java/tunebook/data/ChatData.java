package tunebook.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;
import tunebook.io.TextFiles;
import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;

/// Rows of a JSONL file: conversations with tools (`messages`, `tools`), `prompt` and `completion`, or plain fields
/// with a [RowTemplate]. Immutable.
///
/// Lines that are no rows are left out, counted and named in [#badLines] and by [#toString]; [#readStrict] throws
/// instead. A file without any row is an error either way, and so is one that is not UTF-8.
public final class ChatData implements Iterable<Row> {
    private static final int NAMED = 3;

    private final List<Row> rows;
    private final List<BadLine> badLines;
    private final String origin;

    /// A line (counted from 1) that is no row, and why.
    public record BadLine(int line, String reason) {
        @Override
        public String toString() {
            return "line " + line + ": " + reason;
        }
    }

    /// Two disjoint parts.
    public record Split(ChatData train, ChatData test) {}

    private ChatData(List<Row> rows, List<BadLine> badLines, String origin) {
        this.rows = List.copyOf(rows);
        this.badLines = List.copyOf(badLines);
        this.origin = origin;
    }

    /// Rows made by a program; `origin` is what messages call them.
    public static ChatData of(List<Row> rows, String origin) {
        return new ChatData(rows, List.of(), origin);
    }

    /// The rows of a JSONL file; bad lines are left out and counted.
    public static ChatData read(Path file) {
        return read(file, new RowReader(Optional.empty()), false);
    }

    /// The rows of a JSONL file of plain fields, made by `template`; bad lines are left out and counted.
    public static ChatData read(Path file, RowTemplate template) {
        return read(file, new RowReader(Optional.of(template)), false);
    }

    /// The rows of a JSONL file. Throws where a line is bad, naming how many are and the first three.
    public static ChatData readStrict(Path file) {
        return read(file, new RowReader(Optional.empty()), true);
    }

    /// The rows of a JSONL file of plain fields. Throws where a line is bad, naming how many are and the first three.
    public static ChatData readStrict(Path file, RowTemplate template) {
        return read(file, new RowReader(Optional.of(template)), true);
    }

    private static ChatData read(Path file, RowReader reader, boolean strict) {
        List<Row> rows = new ArrayList<>();
        List<BadLine> bad = new ArrayList<>();
        int number = 0;
        for (String line : TextFiles.lines(file)) {
            number++;
            if (line.isBlank()) continue;
            try {
                rows.add(reader.read(line));
            } catch (BadRow e) {
                bad.add(new BadLine(number, e.getMessage()));
            }
        }
        var data = new ChatData(rows, bad, file.toString());
        if (strict && !bad.isEmpty())
            throw TunebookException.of("ChatData.read", bad.size() + " of " + (rows.size() + bad.size()) + " lines are no rows",
                file + "; " + data.namedBadLines(), "mend them, or read the file with ChatData.read, which leaves them out");
        if (rows.isEmpty())
            throw TunebookException.of("ChatData.read", "the file has no row", file + (bad.isEmpty() ? ", empty" : "; " + data.namedBadLines()),
                "give JSON lines with messages, with prompt and completion, or plain fields and a RowTemplate");
        if (!bad.isEmpty()) LoggerFactory.getLogger(ChatData.class).warn("{}", data);
        return data;
    }

    public int size() {
        return rows.size();
    }

    public Row row(int index) {
        return rows.get(index);
    }

    public List<Row> rows() {
        return rows;
    }

    public Stream<Row> stream() {
        return rows.stream();
    }

    @Override
    public Iterator<Row> iterator() {
        return rows.iterator();
    }

    /// Every line that was left out when the file was read.
    public List<BadLine> badLines() {
        return badLines;
    }

    /// The rows whose `metadata` is this (`train`, `eval`), in order. Throws where there is none.
    public ChatData where(String metadata) {
        var kept = where(r -> r.metadata().equals(metadata));
        if (kept.size() == 0)
            throw TunebookException.of("ChatData.where", "no row has this metadata", '"' + metadata + "\" in " + origin,
                "the rows have " + rows.stream().collect(Collectors.groupingBy(r -> '"' + r.metadata() + '"', TreeMap::new, Collectors.counting())));
        return kept;
    }

    /// The rows that pass `test`, in order; perhaps none.
    public ChatData where(Predicate<Row> test) {
        return new ChatData(rows.stream().filter(test).toList(), badLines, origin);
    }

    /// The first `count` rows, or all where there are fewer.
    public ChatData select(int count) {
        return new ChatData(rows.subList(0, Math.clamp(count, 0, rows.size())), badLines, origin);
    }

    /// The same rows in an order that `seed` decides.
    public ChatData shuffle(Seed seed) {
        List<Row> shuffled = new ArrayList<>(rows);
        RandomGenerator random = seed.random();
        for (int i = shuffled.size() - 1; i > 0; i--) Collections.swap(shuffled, i, random.nextInt(i + 1));
        return new ChatData(shuffled, badLines, origin);
    }

    /// Rows drawn by `seed`: the nearest whole number to `fraction` of them to train on, the rest to test on.
    /// Throws where `fraction` is not between 0 and 1 or a part would be empty.
    public Split split(double fraction, Seed seed) {
        int cut = (int) Math.round(fraction * size());
        if (!(fraction > 0 && fraction < 1) || cut == 0 || cut == size())
            throw TunebookException.of("ChatData.split", "one part would be empty", "fraction " + fraction + " of " + size() + " rows",
                "give a fraction between 0 and 1 that leaves a row on both sides");
        List<Row> shuffled = shuffle(seed).rows;
        return new Split(new ChatData(shuffled.subList(0, cut), badLines, origin),
            new ChatData(shuffled.subList(cut, size()), badLines, origin));
    }

    private String namedBadLines() {
        String first = badLines.stream().limit(NAMED).map(BadLine::toString).collect(Collectors.joining("; "));
        return badLines.size() > NAMED ? "first " + NAMED + ": " + first : first;
    }

    @Override
    public String toString() {
        String text = size() + " rows of " + origin;
        return badLines.isEmpty() ? text : text + ", " + badLines.size() + " bad lines left out (" + namedBadLines() + ")";
    }
}
