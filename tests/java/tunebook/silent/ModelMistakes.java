package tunebook.silent;

import static tunebook.silent.Mistake.error;
import static tunebook.silent.Mistake.warning;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tunebook.engine.Session;
import tunebook.gemma.Gemma3;
import tunebook.generate.Generator;
import tunebook.quant.BlockFormat;
import tunebook.quant.Blocks;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;

/// With a model's files: weights, configuration, tokenizer.
final class ModelMistakes {
    private static final String DOWN = "model.layers.3.mlp.down_proj.weight";

    private ModelMistakes() {}

    static List<Mistake> all() {
        return List.of(
            error("missing-weight", "a checkpoint that lacks a weight", "1 missing [" + DOWN, f -> Toys.load(Toys.copy(f, Map.of(), w -> w.remove(DOWN)))),
            error("unused-weight", "a checkpoint with a weight that the configuration has no place for", "1 unknown [model.layers.7",
                f -> Toys.load(Toys.copy(f, Map.of(), w -> w.put("model.layers.7.mlp.down_proj.weight", w.get(DOWN))))),
            error("weight-of-another-shape", "config.json and weights of two models", "a weight has another shape",
                f -> Toys.load(Toys.copy(f, Map.of(), w -> w.put(DOWN, HostArray.zeros(DType.F32, Shape.of(32, 64)))))),
            error("another-architecture", "a model of another architecture", "not a Gemma 3 text architecture", f -> Toys.load(Toys.copy(f, Map.of("gemma3_text", "llama"), _ -> {}))),
            error("weights-cut-off", "a download that stopped", "", f -> {
                Path file = Toys.copy(f, Map.of(), _ -> {}).resolve("model.safetensors");
                Files.write(file, java.util.Arrays.copyOf(Files.readAllBytes(file), (int) Files.size(file) / 2));
                Toys.load(f);
            }),
            error("tied-head-merged-twice", "a tied model saved with a head of its own, from an adapter merged into head or embedding alone", "the head is tied to the embedding, but the file holds another one",
                f -> Toys.load(Toys.copy(f, Map.of(), w -> w.put("lm_head.weight", HostArray.zeros(DType.F32, Shape.of(96, 32)))))),
            error("vocabulary-larger", "a tokenizer with more tokens than the embedding has rows", "the tokenizer has more tokens than the model's embedding",
                f -> Toys.load(tokenizer(Toys.copy(f, Map.of(), _ -> {}), "\"x\": 95", "\"x\": 95,\n      \"y\": 96"))),
            error("added-token", "a token added to the tokenizer, for which the embedding has no row", "a token is outside the model's vocabulary", f -> {
                Path folder = tokenizer(Toys.copy(f, Map.of(), _ -> {}), "\"added_tokens\": [", "\"added_tokens\": [{\"id\": 96, \"content\": \"<call>\", \"single_word\": false, \"lstrip\": false,"
                    + " \"rstrip\": false, \"normalized\": false, \"special\": true},");
                try (Gemma3 model = Gemma3.load(folder, Session.open("cpu")); Generator generator = new Generator(model, 1)) {
                    generator.generate(model.tokenizer().encode("<bos>a<call>"), 1, java.util.Set.of());
                }
            }),
            error("wrong-tokenizer", "another model's tokenizer beside the weights", "its beginning-of-sequence token has another id", f -> {
                Path folder = tokenizer(Toys.copy(f, Map.of(), _ -> {}), "\"<eos>\": 1", "\"<bos>\": 1");
                tokenizer(folder, "\"<bos>\": 2", "\"<eos>\": 2");
                tokenizer(folder, "\"id\": 1,\n      \"content\": \"<eos>\"", "\"id\": 1,\n      \"content\": \"<bos>\"");
                Toys.load(tokenizer(folder, "\"id\": 2,\n      \"content\": \"<bos>\"", "\"id\": 2,\n      \"content\": \"<eos>\""));
            }),
            warning("smaller-tokenizer", "the tokenizer of a model with a far smaller vocabulary", "the tokenizer may be another model's",
                f -> Toys.adapter(Toys.copy(f, Map.of("\"vocab_size\": 96", "\"vocab_size\": 2048"), w -> w.put("model.embed_tokens.weight", HostArray.zeros(DType.F32, Shape.of(2048, 32)))),
                    m -> Toys.begin(m, Toys.examples(0, 8), List.of()))),
            error("f16-overflow", "a number too large for F16, which would be written as infinity", "a number does not fit F16",
                _ -> Blocks.quantize("blk.0.ffn_down.weight", HostArray.of(new float[] {1, 70000}, 2), BlockFormat.F16)));
    }

    private static Path tokenizer(Path folder, String in, String by) throws IOException {
        Path file = folder.resolve("tokenizer.json");
        String json = Files.readString(file);
        if (!json.contains(in)) throw new AssertionError("tokenizer.json has no " + in);
        Files.writeString(file, json.replace(in, by));
        return folder;
    }
}
