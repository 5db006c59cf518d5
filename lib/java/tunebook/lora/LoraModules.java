package tunebook.lora;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import tunebook.graph.Graph;
import tunebook.graph.OpsDot;
import tunebook.graph.OpsIndex;
import tunebook.graph.OpsShape;
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

    /// One product for both parts, `[x, A·dropout(x)] · [W, s·B]`, forward and backward: the low-rank parts alone are too thin to be fast.
    @Override
    public Tensor linear(Tensor x, String module) {
        if (!targets.contains(module)) return base.linear(x, module);
        DType dot = compute().dot();
        Tensor a = weight(LoraBlueprint.pathA(module));
        Tensor b = weight(LoraBlueprint.pathB(module));
        Tensor w = base.weight(module + ".weight");
        Tensor dropped = dropout(x);
        Tensor low = product(dropped, a).to(dot); // [T, R]
        Tensor y = product(OpsShape.concat(1, List.of(x.to(dot), low)), joined(w, b));
        return graph().withGradient(y, List.of(x, dropped, a, b, w, dropped.to(dot), low), (dy, _, s) -> backward(dy, s));
    }

    /// s: x, dropout(x), A, B, then W and, as operands of products, dropout(x) and A·dropout(x) → cotangents of the first four.
    private List<Tensor> backward(Tensor dy, List<Tensor> s) {
        DType dot = compute().dot();
        Tensor dyDot = dy.to(dot);
        int in = s.get(0).dim(1);
        // Behind the barrier, so that the joined weight is made again and not kept from the forward pass.
        Tensor both = OpsDot.matmul(dyDot, joined(graph().barrier(List.of(s.get(4), dy)).getFirst(), s.get(3))); // [T, in + R]
        Tensor dLow = both.slice(1, in, both.dim(1)).to(dot);
        Tensor dA = OpsDot.dot(dLow, s.get(5), List.of(), List.of(), List.of(0), List.of(0));
        Tensor dB = OpsDot.dot(s.get(6), dyDot, List.of(), List.of(), List.of(0), List.of(0)).transpose(1, 0).mul(lora.scale());
        return List.of(both.slice(1, 0, in), OpsDot.matmul(dLow, s.get(2).to(dot)), dA, dB);
    }

    /// [out, in + R]
    private Tensor joined(Tensor w, Tensor b) {
        DType dot = compute().dot();
        return OpsShape.concat(1, List.of(w.to(dot), b.mul(lora.scale()).to(dot)));
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
