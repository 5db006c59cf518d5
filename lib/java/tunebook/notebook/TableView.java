package tunebook.notebook;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tunebook.tensor.TunebookException;

/// A table of values, as a cell shows it: at most [#ROWS] rows, and a word about the rest.
///
/// @param columns names
/// @param rows    the values, null where there is none; each row has one for each column
/// @param numbers whether a column holds numbers, which are right-aligned
public record TableView(List<String> columns, List<List<Object>> rows, List<Boolean> numbers) implements Display {
    /// Rows that are shown.
    public static final int ROWS = 20;
    private static final int WIDTH = 120;

    /// A table of records: a column for each component. Throws where there is none, since the columns are then unknown.
    public static TableView of(Collection<? extends Record> records) {
        if (records.isEmpty())
            throw TunebookException.of("TableView.of", "there are no records", "an empty collection", "give at least one, from which the columns are read");
        RecordComponent[] parts = records.iterator().next().getClass().getRecordComponents();
        List<List<Object>> rows = records.stream().map(r -> Arrays.stream(parts).map(p -> value(p, r)).collect(Collectors.toList())).toList();
        return of(Arrays.stream(parts).map(RecordComponent::getName).toList(), rows);
    }

    private static Object value(RecordComponent part, Record of) {
        try {
            part.getAccessor().setAccessible(true);
            return part.getAccessor().invoke(of);
        } catch (ReflectiveOperationException e) {
            throw TunebookException.because(e, "TableView.of", "a component cannot be read", part.toString(), "make the record public");
        }
    }

    /// A table of given columns and rows; a column is one of numbers if all its values are.
    public static TableView of(List<String> columns, List<List<Object>> rows) {
        List<Boolean> numbers = IntStream.range(0, columns.size())
            .mapToObj(c -> rows.stream().allMatch(r -> r.get(c) == null || r.get(c) instanceof Number)).toList();
        return new TableView(columns, rows, numbers);
    }

    /// A Tablesaw table.
    public static TableView of(Table table) {
        List<List<Object>> rows = new ArrayList<>();
        for (int r = 0; r < table.rowCount(); r++) rows.add(row(table, r));
        List<Boolean> numbers = table.columns().stream().map(c -> c instanceof NumericColumn && c.type() != ColumnType.BOOLEAN).toList();
        return new TableView(table.columnNames(), rows, numbers);
    }

    private static List<Object> row(Table table, int row) {
        return table.columns().stream().map(c -> c.isMissing(row) ? null : (Object) c.get(row)).collect(Collectors.toList());
    }

    /// The same rows by the values of one column, smallest first (`-name`: largest first). Missing values come last.
    ///
    /// @throws TunebookException if there is no such column
    public TableView sortedBy(String column) {
        boolean down = column.startsWith("-");
        int at = columns.indexOf(down ? column.substring(1) : column);
        if (at < 0) throw TunebookException.of("TableView.sortedBy", "there is no such column", '"' + column + '"', "the columns are " + String.join(", ", columns));
        Comparator<Object> values = TableView::compare;
        Comparator<List<Object>> order = Comparator.comparing(r -> r.get(at), Comparator.nullsLast(down ? values.reversed() : values));
        return new TableView(columns, rows.stream().sorted(order).toList(), numbers);
    }

    private static int compare(Object a, Object b) {
        if (a instanceof Number x && b instanceof Number y) return Double.compare(x.doubleValue(), y.doubleValue());
        return a.toString().compareTo(b.toString());
    }

    private static String cell(Object value) {
        String text = switch (value) {
            case null -> "";
            case Float f -> Figures.significant(f);
            case Double d -> Figures.significant(d);
            case Integer i -> Figures.count(i);
            case Long l -> Figures.count(l);
            default -> value.toString();
        };
        return text.length() > WIDTH ? text.substring(0, WIDTH - 1) + "…" : text;
    }

    private String rest() {
        return rows.size() <= ROWS ? "" : "… " + Figures.count(rows.size() - ROWS) + " more of " + Figures.count(rows.size()) + " rows";
    }

    @Override
    public String html() {
        List<List<String>> shown = new ArrayList<>();
        shown.add(columns.stream().map(Html::escape).toList());
        rows.stream().limit(ROWS).forEach(r -> shown.add(r.stream().map(v -> Html.escape(cell(v))).toList()));
        return Html.table(shown, numbers) + (rest().isEmpty() ? "" : Html.div(Html.FONT + Html.FAINT, rest()));
    }

    @Override
    public String text() {
        List<List<String>> shown = new ArrayList<>();
        shown.add(columns);
        rows.stream().limit(ROWS).forEach(r -> shown.add(r.stream().map(TableView::cell).toList()));
        int[] widths = IntStream.range(0, columns.size()).map(c -> shown.stream().mapToInt(r -> r.get(c).length()).max().orElse(0)).toArray();
        String lines = shown.stream().map(r -> line(r, widths)).collect(Collectors.joining("\n"));
        return rest().isEmpty() ? lines : lines + "\n" + rest();
    }

    private String line(List<String> cells, int[] widths) {
        return IntStream.range(0, cells.size()).mapToObj(c -> {
            String fill = " ".repeat(widths[c] - cells.get(c).length());
            return numbers.get(c) ? fill + cells.get(c) : cells.get(c) + fill;
        }).collect(Collectors.joining("  ")).stripTrailing();
    }
}
