package tunebook.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tunebook.Logits;
import tunebook.TinyGemma;
import tunebook.engine.Session;
import tunebook.gemma.Gemma3;
import tunebook.gemma.Gemma3Gguf;
import tunebook.gemma.Gemma3Network;
import tunebook.generate.Generator;
import tunebook.io.AtomicFiles;
import tunebook.io.GgufWriter;
import tunebook.io.SafeTensors;
import tunebook.lora.Lora;
import tunebook.lora.LoraModel;
import tunebook.lora.RandomAdapter;
import tunebook.model.LogitComparison;
import tunebook.model.ModelFiles;
import tunebook.nn.Precision;
import tunebook.quant.BlockFormat;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;

/// Writes a tuned model in every form there is, and what the live model computes, for `tests/golden/export/check.py` to hold against each other.
///
/// As a program: `ExportFiles FOLDER` for the models of the golden, `ExportFiles FOLDER MODEL ADAPTER` for another one.
final class ExportFiles {
    /// Prompts that are continued greedily, and by how many tokens.
    private static final int GREEDY = 4, LENGTH = 32;
    private static final List<BlockFormat> FORMATS = List.of(BlockFormat.F32, BlockFormat.F16, BlockFormat.BF16, BlockFormat.Q8_0);
    private static final Lora LORA = new Lora().rank(4).alpha(1).targets("all-linear");

    private ExportFiles() {}

    public static void main(String[] arguments) {
        Path folder = Path.of(arguments[0]);
        if (arguments.length == 1) golden(folder);
        else
            try (Gemma3 base = Gemma3.load(Path.of(arguments[1]), Session.open("cpu"), Precision.F32); LoraModel tuned = Lora.load(Path.of(arguments[2]), base)) {
                live(tuned, folder);
                System.out.println(tuned.fuse(folder.resolve("fused"), 500_000_000));
                System.out.println(Export.onnx(tuned, folder.resolve("onnx")));
                for (BlockFormat f : List.of(BlockFormat.BF16, BlockFormat.Q8_0)) System.out.println(Export.gguf(tuned, folder.resolve(name(f)), f));
            }
    }

    /// The golden's files again: GGUF ones not certified, of the ONNX ones the random model's.
    static void again(Path folder) {
        try (Gemma3 base = Gemma3.load(Path.of("data/tiny-functiongemma"), Session.open("cpu"), Precision.F32); LoraModel tuned = RandomAdapter.on(base, LORA)) {
            for (BlockFormat format : FORMATS) file(base, tuned, folder.resolve("functiongemma"), format);
        }
        try (Gemma3 base = TinyGemma.load(); LoraModel tuned = RandomAdapter.on(base, LORA)) {
            file(base, tuned, folder.resolve("random"), BlockFormat.F32);
            Export.onnx(tuned, folder.resolve("random/onnx"));
        }
    }

    private static void file(Gemma3 base, LoraModel tuned, Path folder, BlockFormat format) {
        try (ModelFiles files = tuned.files()) {
            GgufWriter to = new GgufWriter();
            Gemma3Gguf.write((Gemma3Network) base.network(), files, base.source().orElseThrow(), format, to);
            to.write(folder.resolve(name(format)));
        }
    }

    private static String name(BlockFormat format) {
        return format.toString().toLowerCase(Locale.ROOT) + ".gguf";
    }

    /// The exports of the golden: the trained tiny model in all forms; the random one, whose window of 8 is shorter than its prompts, in F32.
    private static void golden(Path folder) {
        try (Gemma3 base = Gemma3.load(Path.of("data/tiny-functiongemma"), Session.open("cpu"), Precision.F32); LoraModel tuned = RandomAdapter.on(base, LORA)) {
            all(tuned, folder.resolve("functiongemma"));
            live(tuned, folder.resolve("functiongemma"));
        }
        try (Gemma3 base = TinyGemma.load(); LoraModel tuned = RandomAdapter.on(base, LORA)) {
            tuned.fuse(folder.resolve("random/fused"));
            Export.gguf(tuned, folder.resolve("random/f32.gguf"), BlockFormat.F32);
            Export.onnx(tuned, folder.resolve("random/onnx"));
            live(tuned, folder.resolve("random"));
        }
    }

    private static void all(LoraModel tuned, Path folder) {
        System.out.println(tuned.saveAdapter(folder.resolve("adapter")));
        System.out.println(tuned.fuse(folder.resolve("fused")));
        System.out.println(tuned.fuse(folder.resolve("sharded"), 2_000_000));
        System.out.println(Export.onnx(tuned, folder.resolve("onnx")));
        FORMATS.forEach(f -> System.out.println(Export.gguf(tuned, folder.resolve(name(f)), f)));
    }

    /// `live.json` (the prompts' tokens, what follows the first ones greedily) and `live.safetensors` (logits of each prompt).
    private static void live(LoraModel tuned, Path folder) {
        List<int[]> prompts = LogitComparison.prompts(tuned);
        Map<String, HostArray> logits = new LinkedHashMap<>();
        for (int i = 0; i < prompts.size(); i++) logits.put(Integer.toString(i), logits(tuned, prompts.get(i)));
        SafeTensors.write(folder.resolve("live.safetensors"), logits, Map.of());
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.set("prompts", new ObjectMapper().valueToTree(prompts));
        json.set("greedy", new ObjectMapper().valueToTree(greedy(tuned, prompts)));
        AtomicFiles.writeText(folder.resolve("live.json"), json.toString());
    }

    /// [tokens, V], of a prompt at the start of a longer document, so that all prompts share one program.
    private static HostArray logits(LoraModel tuned, int[] prompt) {
        HostArray all = Logits.of(tuned, Arrays.copyOf(prompt, 64));
        Shape shape = all.shape().with(0, prompt.length);
        return new HostArray(all.dtype(), shape, all.bytes().asSlice(0, shape.size() * Float.BYTES));
    }

    private static List<int[]> greedy(LoraModel tuned, List<int[]> prompts) {
        List<int[]> out = new ArrayList<>();
        try (Generator generator = new Generator(tuned, 1)) {
            for (int[] prompt : prompts.subList(0, GREEDY)) out.add(generator.generate(prompt, LENGTH, Set.of()).tokens());
        }
        return out;
    }
}
