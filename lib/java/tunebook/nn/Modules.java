package tunebook.nn;

import tunebook.graph.Graph;
import tunebook.graph.OpsDot;
import tunebook.graph.OpsShape;
import tunebook.graph.Tensor;
import tunebook.tensor.DType;
import java.util.List;
import java.util.function.Function;

/// What layers are built from: parameters by path, and linear modules by path.
///
/// A network asks for modules by their Hugging Face path and does not know whether an adapter stands in between.
public interface Modules {
    Graph graph();

    Compute compute();

    /// The parameter called `path`, in the element type it is stored in.
    Tensor weight(String path);

    /// Its type, without asking for it.
    Tensor.Type type(String path);

    /// Whether training changes it.
    boolean isTrained(String path);

    /// The linear module at `module` (its weight is `module.weight`, [out, in]) applied to `x` [T, in] F32 → [T, out] F32.
    default Tensor linear(Tensor x, String module) {
        return linear(x, List.of(module));
    }

    /// Several linear modules applied to one `x` [T, in] F32, their results side by side: [T, sum of out] F32.
    default Tensor linear(Tensor x, List<String> modules) {
        return product(x, modules.stream().map(module -> weight(module + ".weight")).toList());
    }

    /// `value`, which depends on parameters alone and is the same in each call of a program until a parameter changes. Where the program is made so, it
    /// becomes an argument called `name` and is computed by a program of its own.
    ///
    /// @param value over the modules it is given, which may be those of another graph
    Tensor once(String name, Tensor.Type type, Function<Modules, Tensor> value);

    /// Whether layers of these modules may be a loop ([LayerLoop]).
    default boolean canLoop() {
        return false;
    }

    /// The same modules over other `parameters`, where [#canLoop].
    default Modules over(Modules parameters) {
        throw new UnsupportedOperationException("these modules cannot be a loop's");
    }

    /// `x` [T, in] times `weight` [out, in] transposed → [T, out] F32, in the arithmetic of [#compute].
    default Tensor product(Tensor x, Tensor weight) {
        return product(x, List.of(weight));
    }

    /// The products of `x` with several weights, side by side: [T, sum of out] F32.
    default Tensor product(Tensor x, List<Tensor> weights) {
        Tensor left = x.to(compute().dot());
        if (x.dim(0) <= compute().streamedRows()) return OpsDot.streamed(left.to(DType.F32), weights);
        int missing = compute().minDotRows() - x.dim(0);
        Tensor padded = missing <= 0 ? left : OpsShape.concat(0, List.of(left, graph().full(left.dtype(), 0, missing, x.dim(1))));
        return OpsShape.concat(1, weights.stream().map(w -> OpsDot.linear(padded, w.to(compute().dot())).slice(0, 0, x.dim(0))).toList());
    }
}
