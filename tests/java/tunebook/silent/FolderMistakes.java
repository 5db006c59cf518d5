package tunebook.silent;

import static tunebook.silent.Mistake.error;
import static tunebook.silent.Mistake.impossible;
import static tunebook.silent.Mistake.warning;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Consumer;
import tunebook.data.Example;
import tunebook.engine.Session;
import tunebook.gemma.Gemma3;
import tunebook.io.AtomicFiles;
import tunebook.io.FolderLock;
import tunebook.io.StagedFiles;
import tunebook.lora.Lora;
import tunebook.lora.LoraModel;
import tunebook.tensor.Seed;
import tunebook.train.Checkpoint;
import tunebook.train.Checkpoints;
import tunebook.train.TrainConfig;
import tunebook.train.Trainer;

/// With folders that are written: checkpoints, adapters, fused models.
final class FolderMistakes {
    private static final String WEIGHTS = "adapter_model.safetensors";

    private FolderMistakes() {}

    static List<Mistake> all() {
        return List.of(
            error("two-runs-one-folder", "a second run with the folder of an earlier one", "the folder holds the checkpoints of an earlier run", f -> {
                run(f, Toys.LORA, Toys.examples(0, 8));
                run(f, Toys.LORA, Toys.examples(0, 8));
            }),
            error("two-runs-at-once", "two trainings that write one folder at the same time", "another run is writing to this folder", f -> {
                try (FolderLock other = FolderLock.of("Trainer.run", f)) {
                    run(f, Toys.LORA, Toys.examples(0, 8));
                }
            }),
            error("resumed-with-other-rows", "resuming with other rows", "train rows: 8 of 8 examples differ", f -> {
                run(f, Toys.LORA, Toys.examples(0, 8));
                resume(f, Toys.LORA, Toys.CONFIG, Toys.examples(8, 16));
            }),
            error("resumed-with-another-rank", "resuming with another rank", "lora.rank was 2, is 4", f -> {
                run(f, Toys.LORA, Toys.examples(0, 8));
                resume(f, Toys.LORA.rank(4), Toys.CONFIG, Toys.examples(0, 8));
            }),
            error("resumed-with-another-rate", "resuming with another learning rate", "learningRate was 0.001, is 0.002", f -> {
                run(f, Toys.LORA, Toys.examples(0, 8));
                resume(f, Toys.LORA, Toys.CONFIG.learningRate(2e-3), Toys.examples(0, 8));
            }),
            error("nothing-to-resume", "resuming from a folder without a checkpoint", "there is no checkpoint to resume from", f -> resume(f.resolve("rnu"), Toys.LORA, Toys.CONFIG, Toys.examples(0, 8))),
            error("checkpoint-damaged", "a checkpoint with a changed byte", "the folder is damaged", f -> {
                run(f, Toys.LORA, Toys.examples(0, 8));
                spoil(Checkpoint.last(f).folder());
                resume(f, Toys.LORA, Toys.CONFIG, Toys.examples(0, 8));
            }),
            impossible("save-interrupted", "a save that stops in the middle", "an adapter's files appear all together or not at all; the earlier adapter stays", f -> {
                Path adapter = f.resolve("adapter");
                trained(m -> m.saveAdapter(adapter));
                byte[] before = Files.readAllBytes(adapter.resolve(WEIGHTS));
                SequencedMap<String, AtomicFiles.Content> files = new LinkedHashMap<>();
                files.put(WEIGHTS, out -> out.write(1));
                files.put("adapter_config.json", _ -> {
                    throw new IllegalStateException("stopped");
                });
                try {
                    StagedFiles.write(adapter, files, _ -> {
                        throw new AssertionError("the save did not stop");
                    });
                } catch (IllegalStateException e) {
                    ExampleMistakes.require(Arrays.equals(before, Files.readAllBytes(adapter.resolve(WEIGHTS))), "another adapter");
                }
            }),
            error("folder-not-writable", "saving where a file stands", "could not write", f -> {
                Files.writeString(f.resolve("out"), "a file");
                trained(m -> m.saveAdapter(f.resolve("out")));
            }),
            warning("untrained-adapter-saved", "saving an adapter that was not trained", "LoraModel.saveAdapter: the adapter does nothing", f -> Toys.adapter(m -> m.saveAdapter(f.resolve("adapter")))),
            error("merge-equal-to-base", "merging an adapter that was not trained", "the fused weights equal the base's", f -> fuse(f, f.resolve("fused"), false)),
            error("merge-over-its-base", "merging into the base's own folder", "the fused model would overwrite its base", f -> fuse(f, f.resolve("base"), true)),
            warning("merged-twice", "an adapter loaded on the model that it was merged into already", "the adapter was made for another base model", f -> {
                trained(m -> {
                    m.saveAdapter(f.resolve("adapter"));
                    m.fuse(f.resolve("fused"));
                });
                try (Gemma3 fused = Gemma3.load(f.resolve("fused"), Session.open("cpu"))) {
                    Lora.load(f.resolve("adapter"), fused).close();
                }
            }));
    }

    private static void run(Path folder, Lora lora, List<Example> train) {
        with(lora, m -> new Trainer(m, Toys.CONFIG).checkpoints(new Checkpoints(folder)).run(train, List.of()));
    }

    private static void resume(Path folder, Lora lora, TrainConfig config, List<Example> train) {
        with(lora, m -> new Trainer(m, config).resume(new Checkpoints(folder)).run(train, List.of()));
    }

    private static void with(Lora lora, Consumer<LoraModel> use) {
        try (Gemma3 base = Toys.base(); LoraModel model = lora.attach(base, Seed.of(1))) {
            use.accept(model);
        }
    }

    private static void spoil(Path checkpoint) throws IOException {
        Path file = checkpoint.resolve("parameters.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 3] ^= 1;
        Files.write(file, bytes);
    }

    /// On a copy of the small model, with an adapter that does something where it is `trained`.
    private static void fuse(Path folder, Path into, boolean trained) throws IOException {
        Toys.adapter(Toys.copySmall(folder.resolve("base")), m -> {
            if (trained) Toys.fill(m, "lora_B.weight", 0.1f);
            m.fuse(into);
        });
    }

    private static void trained(Consumer<LoraModel> use) {
        Toys.adapter(m -> {
            Toys.fill(m, "lora_B.weight", 0.1f);
            use.accept(m);
        });
    }
}
