package tunebook.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import tunebook.tensor.DType;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;

/// Products of arrays.
public final class OpsDot {
    private OpsDot() {}

    /// `a` [M, I] times `b` [O, I] transposed → [M, O], the form of a linear layer with a Hugging Face weight; F32 out.
    public static Tensor linear(Tensor a, Tensor b) {
        return dot(a, b, List.of(), List.of(), List.of(a.rank() - 1), List.of(b.rank() - 1));
    }

    /// `x` [B, I] F32 times each of `weights` [O, I] (BF16 or F32) transposed, results side by side: [B, sum of O] F32. For few rows: weights are read once, as
    /// they are stored. CPU devices with [tunebook.engine.Session#streamsDots] alone run it, and it has no gradient.
    public static Tensor streamed(Tensor x, List<Tensor> weights) {
        for (Tensor w : weights)
            if (x.dtype() != DType.F32 || !List.of(DType.F32, DType.BF16).contains(w.dtype()) || x.rank() != 2 || w.rank() != 2 || x.dim(1) != w.dim(1))
                throw TunebookException.of("Graph.streamed", "operands do not fit", x + " and " + w, "give F32 [B, I] and weights [O, I] in F32 or BF16");
        List<Tensor> inputs = new ArrayList<>(List.of(x));
        inputs.addAll(weights);
        int out = weights.stream().mapToInt(w -> w.dim(0)).sum();
        return x.graph().node(new Op.StreamedDot(), inputs, new Tensor.Type(DType.F32, Shape.of(x.dim(0), out)));
    }

    /// `a` [M, I] times `b` [I, O] → [M, O]; F32 out.
    public static Tensor matmul(Tensor a, Tensor b) {
        return dot(a, b, List.of(), List.of(), List.of(a.rank() - 1), List.of(0));
    }

    /// The general product, as StableHLO's dot_general: output axes are batch, what is left of `a`, what is left of `b`.
    /// Operands have one element type; the result is F32. F32 operands are multiplied at full F32 precision on every device.
    public static Tensor dot(Tensor a, Tensor b, List<Integer> aBatch, List<Integer> bBatch, List<Integer> aContract, List<Integer> bContract) {
        check(a, b, aBatch, bBatch, aContract, bContract);
        List<Integer> dims = new ArrayList<>();
        aBatch.forEach(i -> dims.add(a.dim(i)));
        rest(a.rank(), aBatch, aContract).forEach(i -> dims.add(a.dim(i)));
        rest(b.rank(), bBatch, bContract).forEach(i -> dims.add(b.dim(i)));
        Op op = new Op.Dot(aBatch, bBatch, aContract, bContract, DType.F32, a.dtype() == DType.F32);
        return a.graph().node(op, List.of(a, b), new Tensor.Type(DType.F32, new Shape(dims)));
    }

    private static void check(Tensor a, Tensor b, List<Integer> aBatch, List<Integer> bBatch, List<Integer> aContract, List<Integer> bContract) {
        boolean fits = a.dtype() == b.dtype() && a.dtype().isFloat() && aBatch.size() == bBatch.size() && aContract.size() == bContract.size();
        for (int i = 0; fits && i < aBatch.size(); i++) fits = a.dim(aBatch.get(i)) == b.dim(bBatch.get(i));
        for (int i = 0; fits && i < aContract.size(); i++) fits = a.dim(aContract.get(i)) == b.dim(bContract.get(i));
        if (!fits)
            throw TunebookException.of("Graph.dot", "operands do not fit", a + " and " + b + ", batch " + aBatch + " x " + bBatch
                + ", contracted " + aContract + " x " + bContract, "give equal element types and equal sizes of the named axes");
    }

    /// Axes of an operand that are neither batch nor contracted, rising.
    static List<Integer> rest(int rank, List<Integer> batch, List<Integer> contract) {
        return IntStream.range(0, rank).filter(i -> !batch.contains(i) && !contract.contains(i)).boxed().toList();
    }

    /// The cotangent of one operand (`other` is the second one), from the cotangent `dy` of the product.
    static Tensor gradient(Op.Dot d, Tensor self, Tensor other, Tensor dy, boolean left) {
        List<Integer> batch = left ? d.leftBatch() : d.rightBatch();
        List<Integer> contract = left ? d.leftContract() : d.rightContract();
        List<Integer> otherBatch = left ? d.rightBatch() : d.leftBatch();
        List<Integer> otherContract = left ? d.rightContract() : d.leftContract();
        List<Integer> free = rest(self.rank(), batch, contract);
        List<Integer> otherFree = rest(other.rank(), otherBatch, otherContract);
        int nb = batch.size();
        int first = left ? nb + free.size() : nb;
        List<Integer> dyContract = IntStream.range(first, first + otherFree.size()).boxed().toList();
        List<Integer> dyBatch = IntStream.range(0, nb).boxed().toList();
        Tensor product = dot(dy.to(other.dtype()), other, dyBatch, otherBatch, dyContract, otherFree);
        // The product's axes: batch, this operand's free axes, then its contracted ones in the order of the other operand's axes.
        List<Integer> sortedOther = otherContract.stream().sorted().toList();
        int[] order = new int[self.rank()];
        for (int i = 0; i < nb; i++) order[batch.get(i)] = i;
        for (int i = 0; i < free.size(); i++) order[free.get(i)] = nb + i;
        for (int i = 0; i < contract.size(); i++) order[contract.get(i)] = nb + free.size() + sortedOther.indexOf(otherContract.get(i));
        return product.transpose(order);
    }
}
