package tunebook.notebook;

import static org.junit.jupiter.api.Assertions.*;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tunebook.tensor.TunebookException;

class TableViewTest {
    record Point(String name, int x, double y) {}

    @Test
    void recordsBecomeColumnsByTheirNames() {
        assertEquals("name      x        y\na         1  0.05000\nb     1,200    2.500",
            TableView.of(List.of(new Point("a", 1, 0.05), new Point("b", 1200, 2.5))).text());
    }

    @Test
    void rowsAreSortedByTheNameOfAColumnWithMissingValuesLast() {
        TableView table = TableView.of(List.of("n"), List.of(Arrays.asList(2), Arrays.asList((Object) null), Arrays.asList(10), Arrays.asList(-1)));
        assertEquals(List.of(List.of(-1), List.of(2), List.of(10)), table.sortedBy("n").rows().subList(0, 3));
        assertEquals(List.of(List.of(10), List.of(2), List.of(-1)), table.sortedBy("-n").rows().subList(0, 3));
    }

    @Test
    void anUnknownColumnNamesTheKnownOnes() {
        TableView table = TableView.of(List.of(new Point("a", 1, 2)));
        String message = assertThrows(TunebookException.class, () -> table.sortedBy("loss")).getMessage();
        assertEquals("TableView.sortedBy: there is no such column — \"loss\" — the columns are name, x, y", message);
    }

    @Test
    void noRecordsHaveNoColumns() {
        String message = assertThrows(TunebookException.class, () -> TableView.of(List.<Point>of())).getMessage();
        assertTrue(message.startsWith("TableView.of: there are no records"), message);
    }

    @Test
    void aLongTableIsCutWithAWordAboutTheRest() {
        TableView table = TableView.of(IntStream.range(0, 1_300).mapToObj(i -> new Point("p" + i, i, i)).toList());
        assertTrue(table.text().endsWith("… 1,280 more of 1,300 rows"), table.text());
        assertEquals(TableView.ROWS + 1, table.html().split("<tr").length - 1);
    }

    @Test
    void aTablesawTableShowsMissingValuesAsNothing() {
        Table table = Table.create("t", StringColumn.create("word", "cat", "fish"), DoubleColumn.create("loss", new Double[] {1.5, null}));
        assertEquals("word   loss\ncat   1.500\nfish", TableView.of(table).text());
    }
}
