package tunebook.lora;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.slf4j.LoggerFactory;
import tunebook.io.AtomicFiles;
import tunebook.io.SafeTensors;
import tunebook.io.StagedFiles;
import tunebook.model.Certificate;
import tunebook.model.LanguageModel;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;

/// An adapter in a folder as PEFT keeps it: `adapter_config.json` and `adapter_model.safetensors`.
final class AdapterFile {
    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final String ROOT = "base_model.model.";
    /// Where a checkpoint with an image tower keeps its text layers: as PEFT names them now, and as transformers before 4.52 did.
    private static final List<String> NESTED = List.of("model.language_model.", "language_model.model.");

    private AdapterFile() {}

    /// An adapter as it was read: A [rank, in] and B [out, rank] of each module by our paths, F32.
    record Loaded(Lora lora, List<String> modules, Map<String, HostArray> matrices) {
        LoraModel on(LanguageModel base) {
            return LoraModel.of(base, lora, modules, matrices);
        }
    }

    static boolean isZero(HostArray a) {
        for (long i = 0; i < a.size(); i++) if (a.getFloat(i) != 0) return false;
        return true;
    }

    /// Writes both files into `folder` with their certificate, all or none.
    static Certificate write(Path folder, LoraModel model) {
        boolean nested = BaseFolder.isNested(model.source());
        Map<String, HostArray> matrices = new LinkedHashMap<>();
        for (String path : model.trainable()) matrices.put(path, model.buffer(path).toHost());
        warnOfNothing("LoraModel.saveAdapter", matrices, folder);
        Map<String, HostArray> tensors = new LinkedHashMap<>();
        matrices.forEach((path, a) -> tensors.put(ROOT + peftPath(path, nested), a));
        LinkedHashMap<String, AtomicFiles.Content> files = new LinkedHashMap<>();
        files.put(WEIGHTS, SafeTensors.content(folder.resolve(WEIGHTS), tensors, Map.of("format", "pt")));
        byte[] config = config(model, nested).getBytes(StandardCharsets.UTF_8);
        files.put(AdapterConfig.FILE, out -> out.write(config));
        return StagedFiles.write(folder, files, aside -> {
            try (LoraModel written = read(aside, model.base()).on(model.base())) {
                Certificate c = Certificate.of("PEFT adapter", model, written, Optional.empty(), Certificate.Limit.EXACT, aside, files.keySet(), List.of());
                return new StagedFiles.Checked<>(c, Certificate.FILE, c.content());
            }
        });
    }

    private static String peftPath(String path, boolean nested) {
        return nested && path.startsWith("model.") ? NESTED.getFirst() + path.substring("model.".length()) : path;
    }

    /// Rules are kept where PEFT reads them as we do; else the modules stand there one by one.
    private static String config(LoraModel model, boolean nested) {
        List<String> rules = model.lora().targets();
        String base = model.source().map(BaseFolder::name).orElse("");
        boolean keeps = !nested && model.network().linearModules().stream().filter(m -> TargetRules.anyMatches(rules, m)).toList().equals(List.copyOf(model.targets()));
        if (keeps && rules.stream().allMatch(TargetRules::isName)) return AdapterConfig.text(model.lora(), rules, false, base);
        if (keeps && rules.size() == 1 && TargetRules.isPythonToo(rules.getFirst())) return AdapterConfig.text(model.lora(), rules, true, base);
        return AdapterConfig.text(model.lora(), model.targets().stream().map(m -> peftPath(m, nested)).toList(), false, base);
    }

    /// Reads `folder` for `base`, which must be the model that the adapter was made for: every matrix is used and every one that the
    /// configuration names is there, in the shapes of `base`.
    static Loaded read(Path folder, LanguageModel base) {
        AdapterConfig config = AdapterConfig.read(folder);
        Path file = folder.resolve(WEIGHTS);
        if (!Files.isRegularFile(file))
            throw bad("there is no " + WEIGHTS,
                folder + (Files.exists(folder.resolve("adapter_model.bin")) ? " holds adapter_model.bin" : ""), "save the adapter with safetensors");
        try (SafeTensors tensors = SafeTensors.open(file)) {
            Map<String, String> names = names(tensors, base, file);
            checkWhole(config, names, base, file);
            warnOfOtherBase(config.base(), base, folder);
            List<String> modules = base.network().linearModules().stream().filter(m -> names.containsKey(LoraBlueprint.pathA(m))).toList();
            Map<String, HostArray> matrices = new LinkedHashMap<>();
            for (String module : modules) {
                Shape w = base.network().parameters().get(module + ".weight");
                put(matrices, LoraBlueprint.pathA(module), Shape.of(config.lora().rank(), w.dim(1)), tensors, names, base);
                put(matrices, LoraBlueprint.pathB(module), Shape.of(w.dim(0), config.lora().rank()), tensors, names, base);
            }
            boolean narrowed = !config.excluded().isEmpty() || !config.onlyLayers().isEmpty();
            Lora lora = narrowed ? config.lora().targets(modules.toArray(String[]::new)) : config.lora();
            return new Loaded(lora, modules, matrices);
        }
    }

    /// Tensor names by our paths of the matrices.
    private static Map<String, String> names(SafeTensors tensors, LanguageModel base, Path file) {
        Map<String, String> out = new LinkedHashMap<>();
        List<String> unused = new ArrayList<>();
        for (String name : tensors.names()) {
            Optional<String> path = ours(name, base);
            if (path.isEmpty() || out.put(path.get(), name) != null) unused.add(name);
        }
        if (!unused.isEmpty())
            throw bad(unused.size() + " tensors of the adapter have no place in " + base.name(), first(unused) + " in " + file,
                "load the model that the adapter was trained on; only lora_A and lora_B of linear modules are supported");
        return out;
    }

    private static Optional<String> ours(String name, LanguageModel base) {
        if (!name.startsWith(ROOT)) return Optional.empty();
        String path = name.substring(ROOT.length());
        for (String prefix : NESTED) if (path.startsWith(prefix)) path = "model." + path.substring(prefix.length());
        String module = path.replaceFirst("\\.lora_[AB]\\.weight$", "");
        return !module.equals(path) && base.network().linearModules().contains(module) ? Optional.of(path) : Optional.empty();
    }

    private static void checkWhole(AdapterConfig config, Map<String, String> names, LanguageModel base, Path file) {
        List<String> missing = new ArrayList<>();
        for (String module : base.network().linearModules()) {
            boolean any = names.containsKey(LoraBlueprint.pathA(module)) || names.containsKey(LoraBlueprint.pathB(module));
            if (!any && !config.covers(module) && !config.covers(peftPath(module, true))) continue;
            for (String path : List.of(LoraBlueprint.pathA(module), LoraBlueprint.pathB(module))) if (!names.containsKey(path)) missing.add(path);
        }
        if (!missing.isEmpty())
            throw bad(missing.size() + " tensors are missing from the adapter", first(missing) + " in " + file + "; target_modules are " + config.lora().targets(),
                "copy the adapter again, with the adapter_config.json it was written with");
        if (names.isEmpty()) throw bad("the adapter is empty", file.toString(), "copy the adapter again");
    }

    /// A model of the same shapes cannot be told from the right one but by its name, and a folder may have been renamed.
    private static void warnOfOtherBase(String then, LanguageModel base, Path folder) {
        String now = base.source().map(BaseFolder::name).orElse("");
        if (then.isEmpty() || now.isEmpty() || last(then).equals(last(now))) return;
        LoggerFactory.getLogger(Lora.class).warn("Lora.load: the adapter was made for another base model — {} in {}, loaded on {} — load that base, unless this is the same one under another name",
            then, folder, now);
    }

    /// An adapter whose every B is zero computes what its base does.
    static void warnOfNothing(String operation, Map<String, HostArray> matrices, Path folder) {
        List<HostArray> bs = matrices.entrySet().stream().filter(e -> e.getKey().endsWith(".lora_B.weight")).map(Map.Entry::getValue).toList();
        if (bs.stream().allMatch(AdapterFile::isZero))
            LoggerFactory.getLogger(Lora.class).warn("{}: the adapter does nothing — every B is zero in {} modules, {} — train it first", operation, bs.size(), folder);
    }

    private static String last(String name) {
        return name.substring(name.replaceAll("/+$", "").lastIndexOf('/') + 1).replaceAll("/+$", "");
    }

    private static void put(Map<String, HostArray> out, String path, Shape expected, SafeTensors tensors, Map<String, String> names, LanguageModel base) {
        HostArray found = tensors.get(names.get(path));
        if (!found.shape().equals(expected))
            throw bad("the adapter is for another model or rank", path + " is " + found.shape() + ", " + base.name() + " and the configuration's rank need " + expected,
                "load the model that the adapter was trained on");
        HostArray matrix = copy(found);
        for (float v : matrix.toFloats())
            if (!Float.isFinite(v)) throw bad("the adapter holds a number that is not finite", v + " in " + path, "take the adapter of an earlier checkpoint, or train again at a lower learning rate");
        out.put(path, matrix);
    }

    /// A copy that outlives the mapped file.
    private static HostArray copy(HostArray array) {
        HostArray out = HostArray.zeros(DType.F32, array.shape());
        out.bytes().copyFrom(array.to(DType.F32).bytes());
        return out;
    }

    private static String first(List<String> names) {
        return String.join(", ", new TreeSet<>(names).stream().limit(3).toList()) + (names.size() > 3 ? ", …" : "");
    }

    private static TunebookException bad(String wrong, String given, String remedy) {
        return TunebookException.of("Lora.load", wrong, given, remedy);
    }
}
