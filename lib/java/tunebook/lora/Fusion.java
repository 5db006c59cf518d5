package tunebook.lora;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import tunebook.io.AtomicFiles;
import tunebook.io.SafeTensors;
import tunebook.io.StagedFiles;
import tunebook.model.Certificate;
import tunebook.model.LanguageModel;
import tunebook.model.ModelFiles;
import tunebook.nn.Precision;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.TunebookException;

/// A base model's files with an adapter's products added to the weights.
///
/// It starts from the base's files, not from what is on the device: W + s·B·A is computed in F32. What the adapter does not touch is as it stands there.
final class Fusion implements ModelFiles {
    private final LoraModel model;
    private final ModelFiles base;
    /// Adapted modules by the name of their weight.
    private final Map<String, String> modules = new LinkedHashMap<>();

    private Fusion(LoraModel model, ModelFiles base) {
        this.model = model;
        this.base = base;
        for (String module : model.targets()) modules.put(base.name(module + ".weight"), module);
    }

    static Fusion open(LoraModel model) {
        boolean untrained = model.targets().stream().allMatch(m -> AdapterFile.isZero(model.buffer(LoraBlueprint.pathB(m)).toHost()));
        if (untrained)
            throw bad("the fused weights equal the base's", model.targets().size() + " modules, every B is zero", "train the adapter first; nothing was written");
        ModelFiles base = model.base().files();
        try {
            return new Fusion(model, base);
        } catch (TunebookException e) {
            base.close();
            throw e;
        }
    }

    /// Writes the fused model of `model` into `folder`, with its certificate: all files or none.
    static Certificate write(LoraModel model, Path folder, long maxShardBytes) {
        if (model.source().filter(s -> Files.exists(folder) && same(s, folder)).isPresent())
            throw bad("the fused model would overwrite its base", folder.toString(), "give another folder");
        try (Fusion fused = open(model)) {
            return fused.write(folder, maxShardBytes);
        }
    }

    private static boolean same(Path a, Path b) {
        try {
            return Files.isSameFile(a, b);
        } catch (IOException e) {
            return a.toAbsolutePath().normalize().equals(b.toAbsolutePath().normalize());
        }
    }

    private Certificate write(Path folder, long maxShardBytes) {
        Map<String, HostArray> tensors = new TreeMap<>();
        for (String name : names()) tensors.put(name, tensor(name).to(type(name)));
        if (modules.keySet().stream().allMatch(n -> tensors.get(n).bytes().mismatch(base.tensor(n).to(type(n)).bytes()) < 0))
            throw bad("the fused weights equal the base's", modules.size() + " modules, none changed by its adapter after rounding", "train longer; nothing was written");
        SequencedMap<String, AtomicFiles.Content> weights = SafeTensors.shards(folder, tensors, Map.of("format", "pt"), maxShardBytes);
        SequencedMap<String, AtomicFiles.Content> files = new LinkedHashMap<>(beside());
        files.putAll(weights);
        boolean bf16 = names().stream().allMatch(n -> type(n) == DType.BF16);
        Certificate found = StagedFiles.write(folder, files, aside -> {
            try (LanguageModel export = model.reload(aside, bf16 ? Precision.MIXED : Precision.F32)) {
                Certificate c = Certificate.of("Hugging Face folder", model, export, Optional.of(model.base()), Certificate.Limit.ROUNDED, aside, files.keySet(), List.of());
                return new StagedFiles.Checked<>(c, Certificate.FILE, c.content());
            }
        });
        SafeTensors.removeOthers(folder, weights.keySet());
        return found;
    }

    @Override
    public List<String> names() {
        return base.names();
    }

    @Override
    public String name(String path) {
        return base.name(path);
    }

    @Override
    public DType type(String name) {
        return base.type(name);
    }

    @Override
    public HostArray tensor(String name) {
        String module = modules.get(name);
        return module == null ? base.tensor(name) : fuse(module, base.tensor(name));
    }

    @Override
    public SequencedMap<String, AtomicFiles.Content> beside() {
        return base.beside();
    }

    @Override
    public void close() {
        base.close();
    }

    /// W + s·B·A in F32.
    private HostArray fuse(String module, HostArray weight) {
        HostArray a = model.buffer(LoraBlueprint.pathA(module)).toHost();
        HostArray b = model.buffer(LoraBlueprint.pathB(module)).toHost();
        int out = b.shape().dim(0);
        int in = a.shape().dim(1);
        if (weight.shape().rank() != 2 || weight.shape().dim(0) != out || weight.shape().dim(1) != in)
            throw bad("the base's files have changed since it was loaded",
                module + ".weight is " + weight.shape() + ", was [" + out + ", " + in + "]", "restore the model's files");
        return HostArray.of(sum(weight.toFloats(), b.toFloats(), a.toFloats(), out, in), out, in);
    }

    private float[] sum(float[] w, float[] b, float[] a, int out, int in) {
        int rank = model.lora().rank();
        float scale = (float) model.lora().scale();
        float[] delta = new float[in];
        for (int o = 0; o < out; o++) {
            Arrays.fill(delta, 0);
            for (int r = 0; r < rank; r++) {
                float factor = b[o * rank + r];
                for (int i = 0; i < in; i++) delta[i] += factor * a[r * in + i];
            }
            for (int i = 0; i < in; i++) if (delta[i] != 0) w[o * in + i] += scale * delta[i]; // -0 stays -0
        }
        return w;
    }

    private static TunebookException bad(String wrong, String given, String remedy) {
        return TunebookException.of("LoraModel.fuse", wrong, given, remedy);
    }
}
