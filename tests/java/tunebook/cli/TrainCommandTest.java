package tunebook.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.io.SealedFolder;

class TrainCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @BeforeEach
    void rows() throws IOException {
        Files.writeString(folder.resolve("rows.jsonl"), """
            {"prompt": "a b", "completion": "c"}
            {"prompt": "b", "completion": "e"}
            {"prompt": "c a", "completion": "b a"}
            """);
    }

    private int train(String... more) {
        List<String> arguments = new ArrayList<>(List.of("train", "--model", "tests/golden/lora/nested-base", "--data", folder.resolve("rows.jsonl").toString(), "--device", "cpu", "--steps", "5",
            "--batch-size", "2", "--out", folder.resolve("adapter").toString()));
        arguments.addAll(List.of(more));
        out.getBuffer().setLength(0);
        return Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(arguments.toArray(String[]::new));
    }

    @Test
    void aRunWithoutCheckpointsLeavesTheAdapterAlone() {
        assertEquals(0, train(), err.toString());
        assertTrue(Files.exists(folder.resolve("adapter/adapter_model.safetensors")));
        assertFalse(Files.exists(folder.resolve("adapter-checkpoints")));
    }

    @Test
    void aResumedRunEndsInTheSameAdapter() throws IOException {
        assertEquals(0, train("--checkpoint-every", "2", "--keep-last", "9"), err.toString());
        byte[] unbroken = Files.readAllBytes(folder.resolve("adapter/adapter_model.safetensors"));
        Files.delete(folder.resolve("adapter/adapter_model.safetensors"));
        assertEquals(1, train("--checkpoint-every", "2"));
        assertTrue(err.toString().contains("the folder holds the checkpoints of an earlier run"), err.toString());
        SealedFolder.delete(folder.resolve("adapter-checkpoints/step-000005")); // as if the run had ended after step 4
        assertEquals(0, train("--resume"), err.toString());
        assertTrue(out.toString().contains("step 5/5") && !out.toString().contains("step 4/5"), out.toString());
        assertTrue(out.toString().contains("resumed after step 4 from "), out.toString());
        assertEquals(-1, java.util.Arrays.mismatch(unbroken, Files.readAllBytes(folder.resolve("adapter/adapter_model.safetensors"))));
        assertEquals(1, train("--resume", "--checkpoints", folder.resolve("elsewhere").toString()));
        assertTrue(err.toString().contains("there is no checkpoint to resume from"), err.toString());
    }
}
