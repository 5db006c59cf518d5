package tunebook.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.TinyGemma;
import tunebook.data.Example;
import tunebook.engine.Session;
import tunebook.gemma.Gemma3;
import tunebook.lora.Lora;
import tunebook.lora.LoraModel;
import tunebook.nn.Precision;
import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;

/// Disks that are full and folders that become read-only in the middle of a run. Needs mounts, which only root may make; elsewhere reported as skipped.
class CheckpointDiskTest {
    private static final List<Example> EXAMPLES = TinyGemma.examples(12);
    private static final TrainConfig CONFIG = new TrainConfig().maxSteps(400).batchSize(3).learningRate(1e-2);
    private static Gemma3 base;

    @TempDir
    Path folder;

    @BeforeAll
    static void load() {
        base = Gemma3.load(Path.of("tests/golden/lora/nested-base"), Session.open("cpu"), Precision.F32);
    }

    @AfterAll
    static void close() {
        base.close();
    }

    @BeforeEach
    void root() {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root may mount");
    }

    private static LoraModel adapter() {
        return new Lora().rank(2).targets("q_proj", "v_proj").attach(base, Seed.of(1));
    }

    private static boolean shell(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        return process.exitValue() == 0;
    }

    private static void assertMessage(org.junit.jupiter.api.function.Executable body, String... parts) {
        String message = assertThrows(TunebookException.class, body).getMessage();
        for (String part : parts) assertTrue(message.contains(part), message);
    }

    /// No part of a checkpoint is left, and each that is there is whole.
    private static int assertWhole(Path run) throws IOException {
        try (Stream<Path> files = Files.list(run)) {
            assertEquals(List.of(), files.map(f -> f.getFileName().toString()).filter(n -> n.endsWith(".tmp")).toList());
        }
        List<Checkpoint> all = Checkpoint.list(run);
        all.forEach(Checkpoint::verify);
        return all.getLast().step();
    }

    @Test
    void aFullDiskStopsTheRunAndLeavesTheCheckpointsBefore() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        assumeTrue(shell("mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", disk.toString()), "this root may not mount a memory disk");
        try (LoraModel model = adapter(); LoraModel second = adapter()) {
            Checkpoints many = new Checkpoints(disk.resolve("run")).every(1).keepLast(1000);
            assertMessage(() -> new Trainer(model, CONFIG).checkpoints(many).run(EXAMPLES, List.of()), "Trainer.run: writing the checkpoint of step ", "failed, so the run stops",
                "SealedFolder.write: the disk is full", "nothing was left behind", "mend that and resume: the last whole checkpoint is of step ");
            int last = assertWhole(disk.resolve("run"));
            assertTrue(last > 3, "" + last);
            for (int n = 0; n < last - 1; n++) tunebook.io.SealedFolder.delete(disk.resolve("run").resolve(Checkpoint.name(n)));
            History resumed = new Trainer(second, CONFIG.evalEvery(3)).resume(many.keepLast(2)).listen(r -> {
                if (r.step() == last + 5) Thread.currentThread().interrupt();
            }).run(EXAMPLES, List.of());
            assertEquals(last + 5, resumed.steps().size());
        } finally {
            assertTrue(shell("umount", disk.toString()));
        }
    }

    @Test
    void aFolderThatBecomesReadOnlyStopsTheRunAndLeavesTheCheckpointsBefore() throws Exception {
        Path run = Files.createDirectory(folder.resolve("run"));
        String path = run.toString();
        assumeTrue(shell("mount", "--bind", path, path) && shell("umount", path), "this root may not mount");
        try (LoraModel model = adapter(); LoraModel second = adapter()) {
            Checkpoints each = new Checkpoints(run).every(1).keepLast(1000);
            assertMessage(() -> new Trainer(model, CONFIG).checkpoints(each).listen(r -> {
                if (r.step() == 4) makeReadOnly(run);
            }).run(EXAMPLES, List.of()), "so the run stops", "writing is not permitted here", "the last whole checkpoint is of step 3");
            assertEquals(3, assertWhole(run));
            assertMessage(() -> new Trainer(second, CONFIG).resume(each).run(EXAMPLES, List.of()), "Trainer.run: writing is not permitted here", ".lock", "choose a folder that you may write to");
            assertMessage(() -> new Trainer(second, CONFIG).checkpoints(new Checkpoints(run.resolve("new"))).listen(r -> assertEquals(0, r.step())).run(EXAMPLES, List.of()),
                "writing is not permitted here");
            assertEquals(3, assertWhole(run));
        } finally {
            assertTrue(shell("umount", path));
        }
    }

    /// Once the checkpoint of step 3 is there. The mount lies over the folder: the run's open lock file would keep the folder's own from being changed.
    private static void makeReadOnly(Path run) {
        try {
            for (int i = 0; i < 2000 && !Files.exists(run.resolve("step-000003")); i++) Thread.sleep(5);
            assertTrue(shell("mount", "--bind", run.toString(), run.toString()) && shell("mount", "-o", "remount,bind,ro", run.toString()));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
