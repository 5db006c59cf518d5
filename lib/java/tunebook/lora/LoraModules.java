package tunebook.lora;

import java.util.Optional;
import java.util.Set;
import tunebook.graph.Graph;
import tunebook.graph.OpsIndex;
import tunebook.graph.Tensor;
import tunebook.nn.Compute;
import tunebook.nn.Modules;
import tunebook.tensor.DType;

/// Another model's modules, with `s·B·A·dropout(x)` added on the target modules.
final class LoraModules implements Modules {
    private final Modules base;
    private final Lora lora;
    private final Set<String> targets;
    private Optional<Tensor> dropoutState;

    /// @param dropoutState U64[2] in training with dropout
    LoraModules(Modules base, Lora lora, Set<String> targets, Optional<Tensor> dropoutState) {
        this.base = base;
        this.lora = lora;
        this.targets = targets;
        this.dropoutState = dropoutState;
    }

    @Override
    public Graph graph() {
        return base.graph();
    }

    @Override
    public Compute compute() {
        return base.compute();
    }

    @Override
    public Tensor weight(String path) {
        return base.weight(path);
    }

    @Override
    public Tensor linear(Tensor x, String module) {
        Tensor y = base.linear(x, module);
        if (!targets.contains(module)) return y;
        Tensor low = product(dropout(x), weight(LoraBlueprint.pathA(module))); // [T, R]
        return y.add(product(low, weight(LoraBlueprint.pathB(module))).mul(lora.scale()));
    }

    private Tensor dropout(Tensor x) {
        if (lora.dropout() == 0 || dropoutState.isEmpty()) return x;
        var drawn = OpsIndex.randomBits(dropoutState.get(), x.shape().toArray());
        dropoutState = Optional.of(drawn.get(0));
        Tensor share = drawn.get(1).bitcast(DType.I32).to(DType.F32).mul(Math.pow(2, -32)).add(0.5); // uniform in [0, 1)
        Tensor keep = share.ge(x.graph().scalar(lora.dropout()));
        return keep.select(x.div(1 - lora.dropout()), x.graph().zeros(x.type()));
    }
}
