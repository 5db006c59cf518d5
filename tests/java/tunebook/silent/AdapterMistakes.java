package tunebook.silent;

import static tunebook.silent.Mistake.error;
import static tunebook.silent.Mistake.warning;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import tunebook.TinyGemma;
import tunebook.gemma.Gemma3;
import tunebook.io.SafeTensors;
import tunebook.lora.Lora;
import tunebook.lora.LoraModel;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Seed;
import tunebook.tensor.Shape;
import tunebook.train.Trainer;

/// With adapters: targets, files, merging.
final class AdapterMistakes {
    private static final Path PEFT = Path.of("tests/golden/lora/names");
    private static final String KEY = "base_model.model.model.layers.2.self_attn.q_proj.";

    private AdapterMistakes() {}

    static List<Mistake> all() {
        return List.of(
            error("target-typo", "a LoRA target that matches nothing (`q_prog`)", "nearest to q_prog: q_proj", _ -> attach(new Lora().targets("q_prog"))),
            error("target-typo-in-part", "one of two targets matches nothing", "rule \"q_prog\" matches no module", _ -> attach(new Lora().targets("q_prog", "k_proj"))),
            error("target-typo-in-expression", "one alternative of an expression matches nothing", "alternative \"q_prog\"", _ -> attach(new Lora().targets(".*(q_prog|k_proj)"))),
            warning("target-of-one-digit", "an expression that names layers by one digit, in a model of eleven", "matches the layers of one digit only",
                f -> Toys.adapter(eleven(f), m -> new Lora().targets(".*layers\\.\\d\\.self_attn\\.q_proj").attach(m.base(), Seed.of(1)).close())),
            error("no-target", "no target given", "no rule given", _ -> attach(new Lora())),
            error("alpha-zero", "alpha 0: the adapter is multiplied by nothing", "the adapter would do nothing", _ -> new Lora().alpha(0)),
            error("tied-head-trained", "an adapter on the head, which is the embedding", "head and embedding are one tied weight", _ -> attach(new Lora().targets("lm_head"))),
            error("adapter-twice", "an adapter attached once more, by a cell run again", "the model has an adapter already",
                _ -> Toys.adapter(m -> Toys.LORA.attach(m, Seed.of(2)).close())),
            error("nothing-trainable", "training a base model without an adapter", "nothing is trainable", _ -> {
                try (Gemma3 base = Toys.base()) {
                    new Trainer(base, Toys.CONFIG);
                }
            }),
            error("modules-to-save-on-tied", "an adapter of PEFT with `modules_to_save` on the tied head", "modules_to_save, which is not supported",
                f -> read(f, "\"modules_to_save\": null", "\"modules_to_save\": [\"lm_head\"]", _ -> {})),
            error("adapter-with-dora", "an adapter that computes more than LoRA does", "use_dora, which is not supported", f -> read(f, "\"use_dora\": false", "\"use_dora\": true", _ -> {})),
            error("adapter-of-another-size", "an adapter made for a model of another width", "the adapter is for another model or rank",
                f -> read(f, "", "", t -> t.put(KEY + "lora_A.weight", HostArray.zeros(DType.F32, Shape.of(4, 64))))),
            error("adapter-with-another-rank", "adapter_config.json of another training", "the adapter is for another model or rank", f -> read(f, "\"r\": 4", "\"r\": 8", _ -> {})),
            error("adapter-incomplete", "an adapter file that lacks a matrix", "tensors are missing from the adapter", f -> read(f, "", "", t -> t.remove(KEY + "lora_B.weight"))),
            error("adapter-left-over", "an adapter file with a matrix that has no place", "have no place in",
                f -> read(f, "", "", t -> t.put("base_model.model.model.layers.7.self_attn.q_proj.lora_A.weight", HostArray.zeros(DType.F32, Shape.of(4, 32))))),
            warning("adapter-for-another-base", "an adapter loaded on another base of the same shapes", "the adapter was made for another base model",
                f -> read(f, "tests/golden/gemma/tiny", "google/gemma-3-270m-it", _ -> {})),
            warning("untrained-adapter", "an adapter loaded that was saved before it was trained", "Lora.load: the adapter does nothing",
                f -> read(f, "", "", t -> t.replaceAll((name, a) -> name.endsWith("lora_B.weight") ? HostArray.zeros(DType.F32, a.shape()) : a))),
            error("adapter-not-finite", "an adapter that a diverged run saved", "the adapter holds a number that is not finite",
                f -> read(f, "", "", t -> t.put(KEY + "lora_A.weight", HostArray.of(notFinite(), 4, 32)))));
    }

    private static void attach(Lora lora) {
        try (Gemma3 base = Toys.base()) {
            lora.attach(base, Seed.of(1)).close();
        }
    }

    /// Loads PEFT's adapter for the seven-layer model, with a text of its configuration replaced and its tensors changed.
    private static void read(Path folder, String in, String by, Consumer<Map<String, HostArray>> change) throws IOException {
        String config = Files.readString(PEFT.resolve("adapter_config.json"));
        if (!config.contains(in)) throw new AssertionError("the configuration has no " + in);
        Files.writeString(folder.resolve("adapter_config.json"), in.isEmpty() ? config : config.replace(in, by));
        try (SafeTensors file = SafeTensors.open(PEFT.resolve("adapter_model.safetensors")); Gemma3 base = TinyGemma.load()) {
            Map<String, HostArray> tensors = new HashMap<>();
            file.names().forEach(n -> tensors.put(n, file.get(n)));
            change.accept(tensors);
            SafeTensors.write(folder.resolve("adapter_model.safetensors"), tensors, Map.of("format", "pt"));
            Lora.load(folder, base).close();
        }
    }

    private static Path eleven(Path folder) throws IOException {
        Map<String, String> config = Map.of("\"num_hidden_layers\": 7", "\"num_hidden_layers\": 11", "\"layer_types\": [", "\"layer_types\": [" + "\"sliding_attention\", ".repeat(4));
        return Toys.copy(folder, config, w -> {
            for (String name : List.copyOf(w.keySet()))
                if (name.startsWith("model.layers.0.")) for (int i = 7; i < 11; i++) w.put(name.replace(".0.", "." + i + "."), w.get(name));
        });
    }

    private static float[] notFinite() {
        float[] values = new float[4 * 32];
        values[7] = Float.NaN;
        return values;
    }
}
