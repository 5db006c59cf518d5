package tunebook.lora;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tunebook.graph.Tensor;
import tunebook.model.Blueprint;
import tunebook.nn.CausalLm;
import tunebook.nn.Compute;
import tunebook.nn.Modules;
import tunebook.nn.Weights;
import tunebook.tensor.DType;
import tunebook.tensor.Shape;

/// A model with adapters, without its numbers.
///
/// @param targets paths of the adapted modules, in the order of the network
public record LoraBlueprint(Blueprint base, Lora lora, List<String> targets) implements Blueprint {
    public LoraBlueprint {
        targets = List.copyOf(targets);
    }

    /// The blueprint of `lora` on `base`. Throws where a rule, or one alternative of a rule, matches no module.
    public static LoraBlueprint of(Blueprint base, Lora lora) {
        return new LoraBlueprint(base, lora, TargetRules.match(base.network().name(), lora.targets(), base.network().linearModules()));
    }

    /// Path of A, [rank, in], of the adapter on `module`.
    static String pathA(String module) {
        return module + ".lora_A.weight";
    }

    /// Path of B, [out, rank], of the adapter on `module`.
    static String pathB(String module) {
        return module + ".lora_B.weight";
    }

    /// Shapes of the adapters' matrices by path, in the order of the network.
    Map<String, Shape> adapters() {
        Map<String, Shape> out = new LinkedHashMap<>();
        Map<String, Shape> frozen = base.network().parameters();
        for (String module : targets) {
            Shape w = frozen.get(module + ".weight");
            out.put(pathA(module), Shape.of(lora.rank(), w.dim(1)));
            out.put(pathB(module), Shape.of(w.dim(0), lora.rank()));
        }
        return out;
    }

    @Override
    public String name() {
        return base.name() + " + LoRA(rank " + lora.rank() + ", " + targets.size() + " modules)";
    }

    @Override
    public CausalLm network() {
        return base.network();
    }

    @Override
    public Compute compute() {
        return base.compute();
    }

    @Override
    public Set<String> trainable() {
        return new LinkedHashSet<>(adapters().keySet());
    }

    @Override
    public Tensor.Type type(String path) {
        Shape adapter = adapters().get(path);
        return adapter == null ? base.type(path) : new Tensor.Type(DType.F32, adapter);
    }

    @Override
    public Modules modules(Weights weights, Optional<Tensor> dropoutState) {
        return new LoraModules(base.modules(weights, dropoutState), lora, Set.copyOf(targets), dropoutState);
    }

    @Override
    public boolean usesDropout() {
        return lora.dropout() > 0;
    }

    @Override
    public Map<String, String> settings() {
        Map<String, String> out = new LinkedHashMap<>(base.settings());
        out.put("lora.rank", "" + lora.rank());
        out.put("lora.alpha", "" + lora.alpha());
        out.put("lora.dropout", "" + lora.dropout());
        out.put("lora.rsLora", "" + lora.rsLora());
        return out;
    }
}
