package tunebook.gemma;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tunebook.data.ChatTemplate;
import tunebook.io.AtomicFiles;
import tunebook.io.Gguf;
import tunebook.io.SafeTensors;
import tunebook.io.TextFiles;
import tunebook.model.ModelFiles;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;
import tunebook.tokenizer.Tokenizer;

/// The files of a Gemma 3 model, of either format: configuration, weights by Hugging Face path, tokenizer and chat format. Closing it unmaps them.
interface Gemma3Files extends ModelFiles {
    Gemma3Config config();

    Tokenizer tokenizer();

    /// The chat format; `tokenizer` is this model's own.
    ChatTemplate template(Tokenizer tokenizer);

    /// The beginning-of-sequence token's id that the configuration names.
    OptionalInt bosTokenId();

    /// The tokenizer, held against the configuration.
    ///
    /// @throws TunebookException if it has tokens, other than added ones, that the embedding has no row for, or another beginning-of-sequence token
    default Tokenizer checkedTokenizer() {
        Tokenizer tokenizer = tokenizer();
        if (tokenizer.ordinarySize() > config().vocabSize())
            throw TunebookException.of("Gemma3.load", "the tokenizer has more tokens than the model's embedding", tokenizer.ordinarySize() + " tokens without added ones, an embedding of "
                + config().vocabSize() + " rows", "use tokenizer.json and weights of one model");
        if (bosTokenId().isPresent() && tokenizer.bosToken().isPresent() && tokenizer.bos() != bosTokenId().getAsInt())
            throw TunebookException.of("Gemma3.load", "the tokenizer is another model's: its beginning-of-sequence token has another id", tokenizer.bosToken().get() + " is "
                + tokenizer.bos() + ", bos_token_id in config.json is " + bosTokenId().getAsInt(), "use tokenizer.json and weights of one model");
        return tokenizer;
    }

    /// The weight at `path`, which must be of `shape`, as `type`, in memory of `memory`.
    HostArray weight(String path, Shape shape, DType type, Arena memory);

    static Gemma3Files open(Path folderOrGguf) {
        if (Files.isDirectory(folderOrGguf)) return new Folder(folderOrGguf);
        if (!Files.isRegularFile(folderOrGguf))
            throw TunebookException.of("Gemma3.load", "there is no such file or folder", folderOrGguf.toString(), "give a Hugging Face model folder or a .gguf file");
        return new GgufFile(folderOrGguf);
    }

    private static void check(Shape found, String path, Shape shape) {
        if (!found.equals(shape))
            throw TunebookException.of("Gemma3.load", "a weight has another shape than the configuration says", path + " is " + found + ", expected " + shape,
                "use config.json and weights of one model");
    }

    /// A Hugging Face folder: config.json, one or more safetensors files, tokenizer.json.
    final class Folder implements Gemma3Files {
        private static final List<String> PREFIXES = List.of("model.language_model.", "language_model.model.", "model.");
        /// What else belongs to a model: its configuration, tokenizer and chat template.
        private static final Pattern BESIDE = Pattern.compile("config\\.json|generation_config\\.json|tokenizer.*|special_tokens_map\\.json|added_tokens\\.json"
            + "|chat_template.*|vocab\\..*|merges\\.txt|(pre)?processor_config\\.json");
        private static final List<String> NOT_TEXT = List.of("vision_tower.", "multi_modal_projector.", "model.vision_tower.", "model.multi_modal_projector.");

        private final Path folder;
        private final Gemma3Config config;
        private final OptionalInt bosTokenId;
        private final SafeTensors weights;
        private final Map<String, String> names = new TreeMap<>();

        Folder(Path folder) {
            this.folder = folder;
            Path file = folder.resolve("config.json");
            if (!Files.isRegularFile(file))
                throw TunebookException.of("Gemma3.load", "there is no config.json", folder.toString(), "give a Hugging Face model folder; fetch the whole model");
            String json = TextFiles.read(file);
            this.config = Gemma3Config.parse(json);
            this.bosTokenId = Gemma3Config.bosTokenId(json);
            this.weights = SafeTensors.open(folder);
            try {
                nameWeights();
            } catch (TunebookException e) {
                weights.close();
                throw e;
            }
        }

        private void nameWeights() {
            Set<String> expected = new Gemma3Network(config).parameters().keySet();
            List<String> unknown = new ArrayList<>();
            for (String name : weights.names()) {
                String path = canonical(name);
                if (expected.contains(path)) names.put(path, name);
                else if (NOT_TEXT.stream().noneMatch(name::startsWith) && !(path.equals("lm_head.weight") && config.tieWordEmbeddings())) unknown.add(name);
            }
            Set<String> missing = new HashSet<>(expected);
            missing.removeAll(names.keySet());
            checkHead();
            if (!missing.isEmpty() || !unknown.isEmpty())
                throw TunebookException.of("Gemma3.load", "the weights are not those of the configuration", missing.size() + " missing " + first(missing) + ", "
                    + unknown.size() + " unknown " + first(unknown) + " in " + folder, "use config.json and weights of one Gemma 3 model");
        }

        /// A tied model's file may hold the head once more; it must then be the embedding.
        private void checkHead() {
            Optional<String> head = weights.names().stream().filter(n -> canonical(n).equals("lm_head.weight")).findFirst();
            String embedding = names.get("model.embed_tokens.weight");
            if (!config.tieWordEmbeddings() || head.isEmpty() || embedding == null) return;
            HostArray a = weights.get(head.get());
            HostArray b = weights.get(embedding);
            if (!a.shape().equals(b.shape()) || a.dtype() != b.dtype() || a.bytes().mismatch(b.bytes()) >= 0)
                throw TunebookException.of("Gemma3.load", "the head is tied to the embedding, but the file holds another one", head.get() + " differs from " + embedding + " in " + folder,
                    "set tie_word_embeddings to false in config.json if the head was trained or merged by itself; else remove it from the file");
        }

        private static String first(Iterable<String> names) {
            List<String> out = new ArrayList<>();
            names.forEach(out::add);
            return out.stream().sorted().limit(3).toList().toString();
        }

        private static String canonical(String name) {
            if (name.endsWith("lm_head.weight")) return "lm_head.weight";
            for (String prefix : PREFIXES) if (name.startsWith(prefix)) return "model." + name.substring(prefix.length());
            return name;
        }

        @Override
        public Gemma3Config config() {
            return config;
        }

        @Override
        public Tokenizer tokenizer() {
            return Tokenizer.load(folder);
        }

        @Override
        public OptionalInt bosTokenId() {
            return bosTokenId;
        }

        @Override
        public ChatTemplate template(Tokenizer tokenizer) {
            return ChatFormats.of(folder, tokenizer);
        }

        @Override
        public HostArray weight(String path, Shape shape, DType type, Arena memory) {
            check(weights.get(names.get(path)).shape(), path, shape);
            return weights.read(names.get(path), type, memory);
        }

        @Override
        public List<String> names() {
            return weights.names();
        }

        @Override
        public String name(String path) {
            return names.get(path);
        }

        @Override
        public DType type(String name) {
            return weights.get(name).dtype();
        }

        @Override
        public HostArray tensor(String name) {
            return weights.get(name);
        }

        @Override
        public SequencedMap<String, AtomicFiles.Content> beside() {
            SequencedMap<String, AtomicFiles.Content> out = new LinkedHashMap<>();
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                    String name = file.getFileName().toString();
                    if (BESIDE.matcher(name).matches()) out.put(name, to -> Files.copy(file, to));
                }
            } catch (IOException e) {
                throw TunebookException.because(e, "Gemma3.files", "the model's folder cannot be read", folder.toString(), "restore the model's files");
            }
            return out;
        }

        @Override
        public void close() {
            weights.close();
        }
    }

    /// A GGUF file. Its norm weights are stored plus one, Hugging Face's are not.
    final class GgufFile implements Gemma3Files {
        private final Gguf gguf;
        private final Gemma3Config config;

        GgufFile(Path file) {
            this.gguf = Gguf.open(file);
            try {
                this.config = Gemma3Gguf.config(gguf);
            } catch (TunebookException e) {
                gguf.close();
                throw e;
            }
        }

        @Override
        public Gemma3Config config() {
            return config;
        }

        @Override
        public Tokenizer tokenizer() {
            return Tokenizer.fromGguf(gguf);
        }

        /// The tokenizer is the file's own.
        @Override
        public OptionalInt bosTokenId() {
            return OptionalInt.empty();
        }

        @Override
        public ChatTemplate template(Tokenizer tokenizer) {
            return ChatFormats.of(gguf.metadata().findString("tokenizer.chat_template"), tokenizer);
        }

        @Override
        public HostArray weight(String path, Shape shape, DType type, Arena memory) {
            check(gguf.tensor(Gemma3Gguf.name(path)).shape(), path, shape);
            if (shape.rank() > 1) return gguf.get(Gemma3Gguf.name(path), type, memory);
            HostArray norm = gguf.get(Gemma3Gguf.name(path), DType.F32, memory);
            float[] values = norm.toFloats();
            for (int i = 0; i < values.length; i++) values[i] -= 1;
            HostArray.of(values).copyTo(norm);
            return norm;
        }

        @Override
        public List<String> names() {
            return new Gemma3Network(config).parameters().keySet().stream().sorted().toList();
        }

        @Override
        public String name(String path) {
            return path;
        }

        /// What Google's folders have.
        @Override
        public DType type(String name) {
            return DType.BF16;
        }

        @Override
        public HostArray tensor(String name) {
            return weight(name, new Gemma3Network(config).parameters().get(name), DType.F32, Arena.ofAuto());
        }

        @Override
        public SequencedMap<String, AtomicFiles.Content> beside() {
            SequencedMap<String, AtomicFiles.Content> out = new LinkedHashMap<>();
            out.put("config.json", text(config.toJson()));
            Tokenizer.filesOf(gguf).forEach((name, text) -> out.put(name, text(text)));
            gguf.metadata().findString("tokenizer.chat_template").ifPresent(jinja -> out.put("chat_template.jinja", text(jinja)));
            return out;
        }

        private static AtomicFiles.Content text(String text) {
            return out -> out.write(text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void close() {
            gguf.close();
        }
    }
}
