package tunebook.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.data.ChatData;

class DataCommandTest {
    private static String run(String... arguments) {
        var out = new StringWriter();
        assertEquals(0, Main.commandLine().setOut(new PrintWriter(out)).execute(arguments));
        return out.toString();
    }

    @Test
    void phoneActionsWritesBothParts(@TempDir Path folder) {
        String said = run("data", "phone-actions", "--rows", "40", "--seed", "3", "--out", folder.toString());
        assertTrue(said.contains("Wrote train.jsonl and eval.jsonl to " + folder), said);
        assertEquals(40, ChatData.readStrict(folder.resolve("train.jsonl")).where("train").size());
        assertEquals(6, ChatData.readStrict(folder.resolve("eval.jsonl")).where("eval").size());
    }

    @Test
    void practiceWritesAsManyRowsOfTheStageAsAsked(@TempDir Path folder) {
        Path file = folder.resolve("new/copy.jsonl");
        assertTrue(run("data", "practice", "--rows", "25", "--stage", "COPY", "--out", file.toString()).contains("Wrote 25 rows to " + file));
        assertEquals(25, ChatData.readStrict(file).size());
    }
}
