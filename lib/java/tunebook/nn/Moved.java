package tunebook.nn;

import java.util.List;
import java.util.function.UnaryOperator;
import tunebook.graph.OpsIndex;
import tunebook.graph.OpsShape;
import tunebook.graph.Tensor;
import tunebook.tensor.DType;

/// Operations that only move elements, on BF16 arrays by way of 16-bit integers: XLA's CPU compiler would otherwise make an F32 copy of the array first.
///
/// No gradient flows through them where the array is BF16.
public final class Moved {
    private Moved() {}

    /// `move` of `x`.
    static Tensor of(Tensor x, UnaryOperator<Tensor> move) {
        return x.dtype() == DType.BF16 ? move.apply(x.bitcast(DType.U16)).bitcast(DType.BF16) : move.apply(x);
    }

    /// The parts, all of one element type, one after another along `axis`.
    public static Tensor concat(int axis, List<Tensor> parts) {
        if (parts.getFirst().dtype() != DType.BF16) return OpsShape.concat(axis, parts);
        return OpsShape.concat(axis, parts.stream().map(p -> p.bitcast(DType.U16)).toList()).bitcast(DType.BF16);
    }

    /// As [OpsIndex#dynamicSlice].
    static Tensor dynamicSlice(Tensor x, List<Tensor> starts, int... sizes) {
        return of(x, y -> OpsIndex.dynamicSlice(y, starts, sizes));
    }

    /// A BF16 array's bits, for the backward pass to keep; an F32 array as it is.
    static Tensor bits(Tensor x) {
        return x.dtype() == DType.BF16 ? x.bitcast(DType.U16) : x;
    }

    /// F32 again from [#bits], in other operations than a conversion: the compiler would keep the forward pass's F32 array for both.
    static Tensor wide(Tensor bits) {
        return bits.dtype() == DType.U16 ? bits.to(DType.U32).mul(65536).bitcast(DType.F32) : bits;
    }
}
