package tunebook.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tunebook.TinyGemma;
import tunebook.data.ChatData;
import tunebook.data.Example;
import tunebook.engine.Session;
import tunebook.gemma.Gemma3;
import tunebook.io.Gguf;
import tunebook.io.GgufMetadata;
import tunebook.io.SafeTensors;
import tunebook.lora.Lora;
import tunebook.lora.LoraModel;
import tunebook.nn.Precision;
import tunebook.tensor.DType;
import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;
import tunebook.tokenizer.Tokenizer;
import tunebook.train.Checkpoint;
import tunebook.train.Checkpoints;
import tunebook.train.TrainConfig;
import tunebook.train.Trainer;

/// What is damaged: good files to begin with, and how all of them is read.
enum Kind {
    SAFETENSORS(8, Map.of("model.safetensors", Path.of("tests/golden/io/python.safetensors"))) {
        @Override
        void read(Path folder) {
            readTensors(folder.resolve("model.safetensors"));
        }
    },
    SHARDS(4, files("tests/golden/io/sharded")) {
        @Override
        void read(Path folder) {
            readTensors(folder);
        }
    },
    GGUF(8, Map.of("model.gguf", Path.of("tests/golden/io/small.gguf"))) {
        @Override
        void read(Path folder) {
            readGguf(folder.resolve("model.gguf"));
        }
    },
    GGUF_TOKENIZER(2, Map.of("model.gguf", Path.of("tests/golden/tokenizer/tiny.gguf"))) {
        @Override
        void read(Path folder) {
            try (Gguf file = Gguf.open(folder.resolve("model.gguf"))) {
                use(Tokenizer.fromGguf(file));
            }
        }
    },
    JSONL(6, Map.of("rows.jsonl", Path.of("data/phone-actions/eval.jsonl"))) {
        @Override
        byte[] good(Path file) throws IOException {
            List<String> rows = Files.readAllLines(file).subList(0, 4);
            return (String.join("\n", rows) + "\n{\"prompt\": \"\uac00 b\", \"completion\": \"c\", \"metadata\": \"train\"}\n").getBytes(java.nio.charset.StandardCharsets.UTF_8);
        }

        @Override
        void read(Path folder) {
            ChatData.read(folder.resolve("rows.jsonl")).forEach(Object::hashCode);
        }
    },
    TOKENIZER(4, Map.of("tokenizer.json", TinyGemma.FOLDER.resolve("tokenizer.json"), "tokenizer_config.json", Path.of("data/tiny-functiongemma/tokenizer_config.json"))) {
        @Override
        void read(Path folder) {
            use(Tokenizer.load(folder));
        }
    },
    ADAPTER(4, files("tests/golden/lora/names", "tests/golden/lora/expression")) {
        private Gemma3 base;

        @Override
        void read(Path folder) {
            if (base == null) base = TinyGemma.load();
            Lora.load(folder, base).close();
        }
    },
    CHECKPOINT(1, Map.of()) {
        private static final TrainConfig CONFIG = new TrainConfig().maxSteps(3).batchSize(2).evalEvery(2);
        private static final List<Example> EXAMPLES = IntStream.range(0, 6).mapToObj(n -> TinyGemma.example(new int[] {2, 7 + n, 8, 9 + n, 1}, 2)).toList(); // they learn <eos>
        private Gemma3 base;
        private Map<String, Path> written;

        /// Those of a training's last checkpoint.
        @Override
        Map<String, Path> goodFiles(Path scratch) throws IOException {
            if (written == null) {
                base = Gemma3.load(Path.of("tests/golden/lora/nested-base"), Session.open("cpu"), Precision.F32);
                try (LoraModel model = adapter()) {
                    new Trainer(model, CONFIG).checkpoints(new Checkpoints(scratch)).run(EXAMPLES.subList(0, 4), EXAMPLES.subList(4, 6));
                }
                written = files(Checkpoint.last(scratch).folder().toString());
            }
            return written;
        }

        private LoraModel adapter() {
            return new Lora().rank(1).targets("q_proj").attach(base, Seed.of(1));
        }

        @Override
        Path place(Path folder) {
            return folder.resolve("step-000003");
        }

        @Override
        void read(Path folder) {
            try (LoraModel model = adapter()) {
                for (Checkpoint c : Checkpoint.list(folder)) {
                    orOurError(c::history);
                    orOurError(() -> c.restore(model));
                }
                orOurError(() -> Checkpoint.best(folder));
                new Trainer(model, CONFIG).resume(new Checkpoints(folder)).run(EXAMPLES.subList(0, 4), EXAMPLES.subList(4, 6));
            }
        }
    },
    MODEL(3, files("tests/golden/lora/nested-base")) {
        @Override
        void read(Path folder) {
            Gemma3.load(folder, Session.open("cpu"), Precision.F32).close();
        }
    };

    /// How often this kind's turn comes: the cheap ones more often.
    final int share;
    private final Map<String, Path> files;

    Kind(int share, Map<String, Path> files) {
        this.share = share;
        this.files = files;
    }

    /// Reads everything of what lies in `folder`.
    abstract void read(Path folder);

    /// Files by name; `scratch` is an empty folder for making them.
    Map<String, Path> goodFiles(Path scratch) throws IOException {
        return files;
    }

    byte[] good(Path file) throws IOException {
        return Files.readAllBytes(file);
    }

    /// Where in the folder that is read the files lie.
    Path place(Path folder) {
        return folder;
    }

    /// What changes a file of this name with its format in mind.
    static BiFunction<Damage, byte[], byte[]> aware(String name) {
        if (name.endsWith(".safetensors")) return Damage::safetensors;
        if (name.endsWith(".gguf")) return Damage::gguf;
        if (name.endsWith(".jsonl")) return Damage::lines;
        return name.endsWith(".json") ? Damage::json : Damage::bytes;
    }

    /// The files of `folders` by name; of two that have one name, the last.
    private static Map<String, Path> files(String... folders) {
        Map<String, Path> out = new LinkedHashMap<>();
        for (String folder : folders)
            try (Stream<Path> list = Files.list(Path.of(folder))) {
                list.sorted().forEach(f -> out.put(f.getFileName().toString(), f));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        return out;
    }

    private static void readTensors(Path path) {
        try (SafeTensors tensors = SafeTensors.open(path)) {
            for (String name : tensors.names()) {
                if (name.contains(Fuzz.SECRET)) throw new IllegalStateException("a file outside the folder was read");
                var array = tensors.get(name);
                for (long i = 0; i < array.size(); i++) array.getFloat(i);
            }
            tensors.metadata().size();
        }
    }

    private static void readGguf(Path path) {
        try (Gguf file = Gguf.open(path)) {
            GgufMetadata m = file.metadata();
            for (String key : m.keys())
                for (Consumer<String> getter : List.<Consumer<String>>of(m::string, m::integer, m::number, m::bool, m::strings, m::floats, m::ints, m::bools))
                    orOurError(() -> getter.accept(key));
            for (String name : file.names()) orOurError(() -> file.get(name, DType.F32));
        }
    }

    private static void use(Tokenizer tokenizer) {
        orOurError(() -> tokenizer.decode(tokenizer.encode("the quick <bos> \uac00")));
        orOurError(tokenizer::bos);
        orOurError(() -> tokenizer.token(3));
    }

    static void orOurError(Runnable action) {
        try {
            action.run();
        } catch (TunebookException expected) {
            // one of the two good ends
        }
    }
}
