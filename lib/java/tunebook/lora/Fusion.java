package tunebook.lora;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tunebook.io.AtomicFiles;
import tunebook.io.SafeTensors;
import tunebook.tensor.HostArray;
import tunebook.tensor.TunebookException;

/// Writes a base model with an adapter's products added to its weights, as a Hugging Face folder.
///
/// It starts from the base's files, not from what is on the device: W + s·B·A is computed in F32 and rounded once, to the element type that the
/// file has. What the adapter does not touch is copied bit by bit.
final class Fusion {
    private static final long SHARD_BYTES = 5_000_000_000L;
    /// What else belongs to a model: its configuration, tokenizer and chat template.
    private static final Pattern BESIDE = Pattern.compile("config\\.json|generation_config\\.json|tokenizer.*|special_tokens_map\\.json|added_tokens\\.json"
        + "|chat_template.*|vocab\\..*|merges\\.txt|(pre)?processor_config\\.json");
    private static final List<String> PREFIXES = List.of("", "language_model.", "model.language_model.");

    private final LoraModel model;
    private final Path source;

    private Fusion(LoraModel model, Path source) {
        this.model = model;
        this.source = source;
    }

    /// Writes the fused model of `model` into `folder`: all files or none.
    static void write(LoraModel model, Path folder) {
        Path source = model.source().filter(Files::isDirectory).orElseThrow(() -> bad("the base model does not come from a Hugging Face folder",
            model.base().name() + " from " + model.source().map(Path::toString).orElse("memory"),
            "save the base as a folder with its tokenizer, load that and attach the adapter to it"));
        if (Files.exists(folder) && same(source, folder)) throw bad("the fused model would overwrite its base", folder.toString(), "give another folder");
        new Fusion(model, source).write(folder);
    }

    private static boolean same(Path a, Path b) {
        try {
            return Files.isSameFile(a, b);
        } catch (IOException e) {
            return a.toAbsolutePath().normalize().equals(b.toAbsolutePath().normalize());
        }
    }

    private void write(Path folder) {
        try (SafeTensors base = SafeTensors.open(source)) {
            Map<String, HostArray> tensors = new LinkedHashMap<>();
            base.names().forEach(n -> tensors.put(n, base.get(n)));
            long changed = 0;
            for (String module : model.targets()) {
                String name = nameOf(module + ".weight", base);
                HostArray fused = fuse(module, base.get(name));
                changed += fused.bytes().mismatch(base.get(name).bytes()) >= 0 ? 1 : 0;
                tensors.put(name, fused);
            }
            if (changed == 0)
                throw bad("the fused weights equal the base's", model.targets().size() + " modules, none changed by its adapter after rounding",
                    "train the adapter first (a fresh one has B = 0); nothing was written");
            SafeTensors.writeSharded(folder, tensors, Map.of("format", "pt"), SHARD_BYTES, beside());
        }
    }

    private String nameOf(String path, SafeTensors base) {
        return PREFIXES.stream().map(p -> p.endsWith("model.language_model.") ? p + path.substring("model.".length()) : p + path).filter(base::contains).findFirst()
            .orElseThrow(() -> bad("the base's folder has no such weight any more", path + " in " + source, "restore the model's files"));
    }

    /// W + s·B·A in F32, rounded to W's type.
    private HostArray fuse(String module, HostArray weight) {
        HostArray a = model.buffer(LoraBlueprint.pathA(module)).toHost();
        HostArray b = model.buffer(LoraBlueprint.pathB(module)).toHost();
        int out = b.shape().dim(0);
        int in = a.shape().dim(1);
        if (weight.shape().rank() != 2 || weight.shape().dim(0) != out || weight.shape().dim(1) != in)
            throw bad("the base's files have changed since it was loaded",
                module + ".weight is " + weight.shape() + ", was [" + out + ", " + in + "]", "restore the model's files");
        return HostArray.of(sum(weight.toFloats(), b.toFloats(), a.toFloats(), out, in), out, in).to(weight.dtype());
    }

    private float[] sum(float[] w, float[] b, float[] a, int out, int in) {
        int rank = model.lora().rank();
        float scale = (float) model.lora().scale();
        float[] delta = new float[in];
        for (int o = 0; o < out; o++) {
            java.util.Arrays.fill(delta, 0);
            for (int r = 0; r < rank; r++) {
                float factor = b[o * rank + r];
                for (int i = 0; i < in; i++) delta[i] += factor * a[r * in + i];
            }
            for (int i = 0; i < in; i++) if (delta[i] != 0) w[o * in + i] += scale * delta[i]; // -0 stays -0
        }
        return w;
    }

    private Map<String, AtomicFiles.Content> beside() {
        Map<String, AtomicFiles.Content> out = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(source)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String name = file.getFileName().toString();
                if (BESIDE.matcher(name).matches()) out.put(name, to -> Files.copy(file, to));
            }
        } catch (IOException e) {
            throw TunebookException.because(e, "LoraModel.fuse", "the base's folder cannot be read", source.toString(), "restore the model's files");
        }
        return out;
    }

    private static TunebookException bad(String wrong, String given, String remedy) {
        return TunebookException.of("LoraModel.fuse", wrong, given, remedy);
    }
}
