package tunebook.lora;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import tunebook.graph.Graph;
import tunebook.graph.OpsDot;
import tunebook.graph.OpsIndex;
import tunebook.graph.OpsShape;
import tunebook.graph.Tensor;
import tunebook.nn.Compute;
import tunebook.nn.Modules;
import tunebook.nn.Moved;
import tunebook.nn.ThinDot;
import tunebook.tensor.DType;
import tunebook.tensor.Shape;

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
    public Tensor.Type type(String path) {
        return base.type(path);
    }

    @Override
    public boolean isTrained(String path) {
        return base.isTrained(path);
    }

    /// Not with dropout: each layer would drop the same numbers.
    @Override
    public boolean canLoop() {
        return !drops();
    }

    @Override
    public Modules over(Modules parameters) {
        return new LoraModules(parameters, lora, targets, Optional.empty());
    }

    @Override
    public Tensor once(String name, Tensor.Type type, Function<Modules, Tensor> value) {
        return base.once(name, type, value);
    }

    /// Modules with adapters and the same input are one product, those without are the base's. With dropout each module drops numbers of its own.
    @Override
    public Tensor linear(Tensor x, List<String> modules) {
        if (modules.stream().noneMatch(targets::contains)) return base.linear(x, modules);
        if (targets.containsAll(modules) && (modules.size() == 1 || !drops())) return adapted(x, modules);
        return OpsShape.concat(1, modules.stream().map(module -> linear(x, module)).toList());
    }

    /// One product for all parts, `[x, A·dropout(x)] · [W, s·B]`, forward and backward: the low-rank parts alone are too thin to be fast.
    private Tensor adapted(Tensor x, List<String> modules) {
        DType dot = compute().dot();
        List<Tensor> as = modules.stream().map(m -> weight(LoraBlueprint.pathA(m))).toList();
        List<Tensor> bs = modules.stream().map(m -> weight(LoraBlueprint.pathB(m))).toList();
        Tensor a = OpsShape.concat(0, as); // [R * modules, in]
        int rows = bs.stream().mapToInt(b -> b.dim(0)).sum();
        Tensor joined = once("joined:" + String.join("+", modules), new Tensor.Type(compute().dot(), Shape.of(rows, a.dim(1) + a.dim(0))),
            w -> joined(w, modules));
        Tensor dropped = dropout(x);
        Tensor low = product(dropped, a).to(dot); // [T, R * modules]
        Tensor y = product(Moved.concat(1, List.of(x.to(dot), low)), joined);
        List<Tensor> sources = new ArrayList<>(List.of(x, dropped));
        sources.addAll(as);
        sources.addAll(bs);
        return graph().withGradient(y, sources, List.of(a.to(dot), joined, dropped.to(dot), low), (dy, kept) -> backward(dy, kept, bs));
    }

    /// kept: as operands of products, all A, [W, s·B], dropout(x) and A·dropout(x) → cotangents of x, dropout(x), each A, each B.
    private List<Tensor> backward(Tensor dy, List<Tensor> kept, List<Tensor> bs) {
        DType dot = compute().dot();
        int in = kept.getFirst().dim(1);
        Tensor dyDot = dy.to(dot);
        Tensor both = OpsDot.matmul(dyDot, kept.get(1)); // [T, in + R * modules]
        Tensor dLow = both.slice(1, in, both.dim(1)).to(dot);
        Tensor dA = ThinDot.of(compute(), dLow, kept.get(2));
        Tensor dB = ThinDot.of(compute(), kept.get(3), dyDot).mul(lora.scale()); // [R * modules, sum of out]
        List<Tensor> out = new ArrayList<>(List.of(both.slice(1, 0, in), OpsDot.matmul(dLow, kept.getFirst())));
        int r = lora.rank();
        for (int i = 0; i < bs.size(); i++) out.add(dA.slice(0, i * r, (i + 1) * r));
        int at = 0;
        for (int i = 0; i < bs.size(); i++) {
            int rows = bs.get(i).dim(0);
            out.add(dB.slice(0, i * r, (i + 1) * r).slice(1, at, at + rows).transpose(1, 0));
            at += rows;
        }
        return out;
    }

    /// [sum of out, in + R * modules]: for each module its weight, and its `s·B` in the columns of its own low-rank part.
    private Tensor joined(Modules w, List<String> modules) {
        DType dot = compute().dot();
        int r = lora.rank();
        List<Tensor> rows = new ArrayList<>();
        for (int i = 0; i < modules.size(); i++) {
            Tensor b = w.weight(LoraBlueprint.pathB(modules.get(i))).mul(lora.scale()).to(dot);
            List<Tensor> row = new ArrayList<>(List.of(w.weight(modules.get(i) + ".weight").to(dot)));
            if (i > 0) row.add(w.graph().full(dot, 0, b.dim(0), i * r));
            row.add(b);
            if (i < modules.size() - 1) row.add(w.graph().full(dot, 0, b.dim(0), (modules.size() - 1 - i) * r));
            rows.add(Moved.concat(1, row));
        }
        return Moved.concat(0, rows);
    }

    private boolean drops() {
        return lora.dropout() > 0 && dropoutState.isPresent();
    }

    private Tensor dropout(Tensor x) {
        if (!drops()) return x;
        var drawn = OpsIndex.randomBits(dropoutState.get(), x.shape().toArray());
        dropoutState = Optional.of(drawn.get(0));
        Tensor share = drawn.get(1).bitcast(DType.I32).to(DType.F32).mul(Math.pow(2, -32)).add(0.5); // uniform in [0, 1)
        Tensor keep = share.ge(x.graph().scalar(lora.dropout()));
        return keep.select(x.div(1 - lora.dropout()), x.graph().zeros(x.type()));
    }
}
