package tunebook.graph;

import java.util.List;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;

/// One primitive operation, without its inputs. The set is closed: [Gradients] and [StableHlo] switch over it
/// exhaustively, so an operation without a gradient rule or an emission does not compile.
public sealed interface Op {
    /// An argument of the program.
    record Parameter(String name, boolean donated) implements Op {}

    /// A scalar; `value` holds integers exactly up to 2^53.
    record Constant(double value) implements Op {}

    /// A small constant array, written into the program.
    record Literal(HostArray value) implements Op {}

    /// 0, 1, 2 … along `axis`.
    record Iota(int axis) implements Op {}

    record Unary(UnaryKind kind) implements Op {}

    record Binary(BinaryKind kind) implements Op {}

    record Compare(Direction direction) implements Op {}

    /// inputs: condition (BOOL), value where true, value where false; equal shapes.
    record Select() implements Op {}

    /// Another element type, rounded.
    record Convert(DType dtype) implements Op {}

    /// The same bits read as another element type of the same size.
    record Bitcast(DType dtype) implements Op {}

    /// Input axis `i` becomes output axis `axes[i]`; the rest, and axes of size 1, repeat.
    record Broadcast(List<Integer> axes) implements Op {}

    record Reshape() implements Op {}

    /// Output axis `i` is input axis `axes[i]`.
    record Transpose(List<Integer> axes) implements Op {}

    record Reduce(ReduceKind kind, List<Integer> axes) implements Op {}

    /// A product of two arrays; output axes: batch, what is left of the left one, what is left of the right one.
    record Dot(List<Integer> leftBatch, List<Integer> rightBatch, List<Integer> leftContract, List<Integer> rightContract,
               DType out, boolean highest) implements Op {}

    /// inputs: x [B, I] F32, weights [O, I] BF16 or F32 → x times each weight transposed, side by side, [B, sum of O] F32. A function of this process computes
    /// it, for programs on the CPU that are never differentiated; see [OpsDot#streamed].
    record StreamedDot() implements Op {
        /// What the function is called in programs.
        public static final String TARGET = "tunebook_streamed_dot";
    }

    record Slice(List<Integer> starts, List<Integer> limits) implements Op {}

    /// Zeros around the input.
    record Pad(List<Integer> low, List<Integer> high) implements Op {}

    record Concat(int axis) implements Op {}

    /// inputs: table [V, ...], indices [n] I32 → [n, ...]. An index outside the table is clamped by XLA.
    record TakeRows() implements Op {}

    /// inputs: base [V, ...], indices [n] I32, updates [n, ...] → base with updates added at those rows.
    record AddRows() implements Op {}

    /// inputs: operand, one I32 scalar start for each axis.
    record DynamicSlice(List<Integer> sizes) implements Op {}

    /// inputs: operand, update, one I32 scalar start for each axis.
    record DynamicUpdate() implements Op {}

    /// The inputs, unchanged; nothing is moved across it. Keeps recomputation from being merged with the first computation.
    record Barrier() implements Op {}

    /// Runs `body` while `condition` holds; both take the carried values, the body returns the next ones.
    record While(Graph condition, Graph body) implements Op {}

    /// inputs: value, then `sources` tensors that it was made from, then what is kept for the backward pass. Forward it is the value; backward `rule` is asked.
    record CustomGradient(GradientRule rule, int sources) implements Op {}

    /// A gradient written by hand. It must use the tensors it is handed and no others, so that a checkpointed layer can be computed again.
    @FunctionalInterface
    interface GradientRule {
        /// @param cotangent of the value, F32
        /// @param kept      what was kept for it
        /// @return one F32 cotangent for each source
        List<Tensor> apply(Tensor cotangent, List<Tensor> kept);
    }

    /// input: state U64[2] → next state, and U32 bits of `shape` (Threefry counter-based generator).
    record RandomBits(List<Integer> shape) implements Op {}

    /// inputs: keys [.., n] → keys in falling order and their I32 positions, along the last axis; equal keys keep their order.
    record SortDescending() implements Op {}

    enum UnaryKind {
        NEG("negate"), EXP("exponential"), LOG("log"), LOG1P("log_plus_one"), TANH("tanh"), RSQRT("rsqrt"), SQRT("sqrt"), ABS("abs"),
        COS("cosine"), SIN("sine"), LOGISTIC("logistic"), NOT("not"), FINITE("is_finite");

        final String mlir;

        UnaryKind(String mlir) {
            this.mlir = mlir;
        }
    }

    enum BinaryKind {
        ADD("add"), SUB("subtract"), MUL("multiply"), DIV("divide"), MAX("maximum"), MIN("minimum"), POW("power"), REM("remainder"),
        AND("and"), OR("or"), SHIFT_RIGHT("shift_right_logical");

        final String mlir;

        BinaryKind(String mlir) {
            this.mlir = mlir;
        }
    }

    enum Direction { EQ, NE, LT, LE, GT, GE }

    enum ReduceKind {
        SUM("add"), MAX("maximum"), MIN("minimum"), AND("and");

        final String mlir;

        ReduceKind(String mlir) {
            this.mlir = mlir;
        }
    }
}
