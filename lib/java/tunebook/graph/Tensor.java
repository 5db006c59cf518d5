package tunebook.graph;

import java.util.List;
import tunebook.tensor.DType;
import tunebook.tensor.Shape;

/// A symbolic array: what a node of a [Graph] will compute. It has an element type and a shape and no numbers.
///
/// The methods build further nodes and check shapes at once; binary ones repeat axes of size 1 and missing leading axes as NumPy does.
public record Tensor(Node node, int index) {
    /// One operation with its inputs; made by [Graph] only.
    record Node(Graph graph, int id, Op op, List<Tensor> inputs, List<Type> types) {
        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return id;
        }

        @Override
        public String toString() {
            return "%" + id + " " + switch (op) {
                case Op.Parameter p -> "Parameter " + p.name();
                case Op.Unary u -> u.kind().mlir;
                case Op.Binary b -> b.kind().mlir;
                default -> op.getClass().getSimpleName();
            };
        }
    }

    /// Element type and shape of one result.
    public record Type(DType dtype, Shape shape) {
        @Override
        public String toString() {
            return dtype + shape.toString();
        }
    }

    public Graph graph() {
        return node.graph();
    }

    Op op() {
        return node.op();
    }

    public Type type() {
        return node.types().get(index);
    }

    public Shape shape() {
        return type().shape();
    }

    public DType dtype() {
        return type().dtype();
    }

    public int dim(int axis) {
        return shape().dim(axis);
    }

    public int rank() {
        return shape().rank();
    }

    public Tensor add(Tensor b) { return Ops.binary(Op.BinaryKind.ADD, this, b); }
    public Tensor sub(Tensor b) { return Ops.binary(Op.BinaryKind.SUB, this, b); }
    public Tensor mul(Tensor b) { return Ops.binary(Op.BinaryKind.MUL, this, b); }
    public Tensor div(Tensor b) { return Ops.binary(Op.BinaryKind.DIV, this, b); }
    public Tensor max(Tensor b) { return Ops.binary(Op.BinaryKind.MAX, this, b); }
    public Tensor min(Tensor b) { return Ops.binary(Op.BinaryKind.MIN, this, b); }
    public Tensor pow(Tensor b) { return Ops.binary(Op.BinaryKind.POW, this, b); }
    public Tensor and(Tensor b) { return Ops.binary(Op.BinaryKind.AND, this, b); }
    public Tensor or(Tensor b) { return Ops.binary(Op.BinaryKind.OR, this, b); }

    public Tensor add(double b) { return add(graph().scalar(dtype(), b)); }
    public Tensor sub(double b) { return sub(graph().scalar(dtype(), b)); }
    public Tensor mul(double b) { return mul(graph().scalar(dtype(), b)); }
    public Tensor div(double b) { return div(graph().scalar(dtype(), b)); }

    public Tensor neg() { return Ops.unary(Op.UnaryKind.NEG, this); }
    public Tensor exp() { return Ops.unary(Op.UnaryKind.EXP, this); }
    public Tensor log() { return Ops.unary(Op.UnaryKind.LOG, this); }
    public Tensor tanh() { return Ops.unary(Op.UnaryKind.TANH, this); }
    public Tensor rsqrt() { return Ops.unary(Op.UnaryKind.RSQRT, this); }
    public Tensor sqrt() { return Ops.unary(Op.UnaryKind.SQRT, this); }
    public Tensor cos() { return Ops.unary(Op.UnaryKind.COS, this); }
    public Tensor sin() { return Ops.unary(Op.UnaryKind.SIN, this); }
    public Tensor logistic() { return Ops.unary(Op.UnaryKind.LOGISTIC, this); }
    public Tensor not() { return Ops.unary(Op.UnaryKind.NOT, this); }
    public Tensor isFinite() { return Ops.unary(Op.UnaryKind.FINITE, this); }

    public Tensor eq(Tensor b) { return Ops.compare(Op.Direction.EQ, this, b); }
    public Tensor lt(Tensor b) { return Ops.compare(Op.Direction.LT, this, b); }
    public Tensor le(Tensor b) { return Ops.compare(Op.Direction.LE, this, b); }
    public Tensor gt(Tensor b) { return Ops.compare(Op.Direction.GT, this, b); }
    public Tensor ge(Tensor b) { return Ops.compare(Op.Direction.GE, this, b); }

    /// Where this (BOOL) holds `yes`, elsewhere `no`.
    public Tensor select(Tensor yes, Tensor no) { return Ops.select(this, yes, no); }

    public Tensor to(DType dtype) { return OpsShape.convert(this, dtype); }
    public Tensor bitcast(DType dtype) { return OpsShape.bitcast(this, dtype); }
    public Tensor reshape(int... dims) { return OpsShape.reshape(this, Shape.of(dims)); }
    public Tensor transpose(int... axes) { return OpsShape.transpose(this, axes); }
    public Tensor broadcastTo(int... dims) { return OpsShape.broadcastTo(this, Shape.of(dims)); }
    public Tensor slice(int axis, int start, int limit) { return OpsShape.slice(this, axis, start, limit); }

    public Tensor sum(int... axes) { return Ops.reduce(Op.ReduceKind.SUM, this, axes); }
    public Tensor max(int... axes) { return Ops.reduce(Op.ReduceKind.MAX, this, axes); }
    /// The mean along the last axis, which stays with size 1.
    public Tensor meanLast() { return sum(rank() - 1).div(dim(-1)).reshape(shape().with(-1, 1).toArray()); }

    /// Rows of this [V, ...] at `indices` [n] I32.
    public Tensor takeRows(Tensor indices) { return OpsIndex.takeRows(this, indices); }

    @Override
    public String toString() {
        return node + " " + type();
    }
}
