package tunebook.export;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tunebook.graph.Graph;
import tunebook.graph.OpsDot;
import tunebook.graph.OpsShape;
import tunebook.graph.Tensor;
import tunebook.nn.Attention;
import tunebook.nn.CausalLm;
import tunebook.nn.Modules;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;

/// A network read from an ONNX file: its nodes, one after another, as our own operations, for checking the file. It knows the operations that [Gemma3Onnx]
/// writes, as ONNX's specification defines them.
///
/// Attention, head and position are in the nodes: [#hidden] gives logits already, of one text from its first token on.
record OnnxNetwork(GraphProto file, CausalLm original) implements CausalLm {
    @Override
    public String name() {
        return "ONNX of " + original.name();
    }

    @Override
    public Map<String, Shape> parameters() {
        Map<String, Shape> out = new LinkedHashMap<>();
        for (TensorProto t : file.getInitializerList())
            if (t.getDataLocation() == TensorProto.DataLocation.EXTERNAL) out.put(t.getName(), Shape.of(t.getDimsList().stream().mapToInt(Math::toIntExact).toArray()));
        return out;
    }

    @Override
    public List<String> linearModules() {
        return List.of();
    }

    @Override
    public String headPath() {
        return original.headPath();
    }

    @Override
    public int layers() {
        return original.layers();
    }

    @Override
    public int vocabSize() {
        return original.vocabSize();
    }

    @Override
    public int numKeyValueHeads() {
        return original.numKeyValueHeads();
    }

    @Override
    public int headDim() {
        return original.headDim();
    }

    /// The logits, [T, V] or [A, V].
    @Override
    public Tensor hidden(Modules m, Tensor tokens, Tensor positions, Attention attention, boolean checkpoint, Optional<Tensor> asked) {
        Run run = new Run(m.graph());
        for (TensorProto t : file.getInitializerList()) run.initializer(t, m);
        run.tensors.put(file.getInput(0).getName(), tokens.reshape(1, tokens.dim(0)));
        for (NodeProto n : file.getNodeList()) run.run(n);
        Tensor logits = run.tensor(file.getOutput(0).getName()).reshape(tokens.dim(0), vocabSize());
        return asked.map(logits::takeRows).orElse(logits);
    }

    @Override
    public Tensor logits(Modules m, Tensor hidden) {
        return hidden;
    }

    /// The values so far: tensors, and the integers (shapes, axes) that are known while the program is built.
    private record Run(Graph graph, Map<String, Tensor> tensors, Map<String, int[]> integers) {
        Run(Graph graph) {
            this(graph, new HashMap<>(), new HashMap<>());
        }

        void initializer(TensorProto t, Modules m) {
            ByteBuffer raw = t.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
            int[] dims = t.getDimsList().stream().mapToInt(Math::toIntExact).toArray();
            if (t.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
                tensors.put(t.getName(), m.weight(t.getName()));
            } else if (t.getDataType() == TensorProto.DataType.INT64.getNumber()) {
                int[] values = new int[raw.remaining() / Long.BYTES];
                for (int i = 0; i < values.length; i++) values[i] = Math.toIntExact(raw.getLong());
                integers.put(t.getName(), values);
            } else {
                float[] values = new float[raw.remaining() / Float.BYTES];
                raw.asFloatBuffer().get(values);
                tensors.put(t.getName(), graph.literal(HostArray.of(values, dims)));
            }
        }

        Tensor tensor(String name) {
            Tensor t = tensors.get(name);
            if (t == null) throw TunebookException.of("Export.onnx", "the file uses a value before it is made", name, "this is an error of Tunebook's: report it");
            return t;
        }

        void run(NodeProto n) {
            List<String> in = n.getInputList();
            switch (n.getOpType()) {
                case "Shape" -> integers.put(n.getOutput(0), tensor(in.get(0)).shape().toArray());
                case "Gather" -> gather(n, in.get(0), in.get(1));
                case "Concat" -> concat(n, in);
                case "Split" -> split(n);
                default -> tensors.put(n.getOutput(0), value(n, in));
            }
        }

        private void gather(NodeProto n, String from, String at) {
            if (integers.containsKey(from)) integers.put(n.getOutput(0), new int[] {integers.get(from)[integers.get(at)[0]]});
            else tensors.put(n.getOutput(0), tensor(from).takeRows(tensor(at)));
        }

        private void concat(NodeProto n, List<String> in) {
            if (integers.containsKey(in.getFirst())) {
                integers.put(n.getOutput(0), in.stream().map(integers::get).flatMapToInt(Arrays::stream).toArray());
                return;
            }
            List<Tensor> parts = in.stream().map(this::tensor).toList();
            tensors.put(n.getOutput(0), OpsShape.concat(axis(n, parts.getFirst()), parts));
        }

        private void split(NodeProto n) {
            Tensor x = tensor(n.getInput(0));
            int axis = axis(n, x), each = x.dim(axis) / n.getOutputCount();
            for (int i = 0; i < n.getOutputCount(); i++) tensors.put(n.getOutput(i), x.slice(axis, i * each, (i + 1) * each));
        }

        private Tensor value(NodeProto n, List<String> in) {
            Tensor a = n.getOpType().equals("Range") ? null : tensor(in.get(0));
            return switch (n.getOpType()) {
                case "Range" -> graph.iota(DType.I32, 0, integers.get(in.get(1))[0]);
                case "Cast" -> a.to(DType.F32);
                case "Reshape" -> reshape(a, integers.get(in.get(1)));
                case "Transpose" -> a.transpose(attribute(n, "perm").getIntsList().stream().mapToInt(Math::toIntExact).toArray());
                case "Add" -> a.add(tensor(in.get(1)));
                case "Sub" -> a.sub(tensor(in.get(1)));
                case "Mul" -> a.mul(tensor(in.get(1)));
                case "Div" -> a.div(tensor(in.get(1)));
                case "Less" -> a.lt(tensor(in.get(1)));
                case "GreaterOrEqual" -> a.ge(tensor(in.get(1)));
                case "And" -> a.and(tensor(in.get(1)));
                case "Where" -> a.select(tensor(in.get(1)).broadcastTo(a.shape().toArray()), tensor(in.get(2)).broadcastTo(a.shape().toArray()));
                case "Cos" -> a.cos();
                case "Sin" -> a.sin();
                case "Tanh" -> a.tanh();
                case "Sqrt" -> a.sqrt();
                case "ReduceMean" -> a.meanLast();
                case "Softmax" -> softmax(a);
                case "Gemm" -> OpsDot.linear(a, tensor(in.get(1)));
                case "MatMul" -> product(a, tensor(in.get(1)));
                default -> throw TunebookException.of("Export.onnx", "the file holds an operation that is not checked", n.getOpType(), "this is an error of Tunebook's: report it");
            };
        }

        private static AttributeProto attribute(NodeProto n, String name) {
            return n.getAttributeList().stream().filter(a -> a.getName().equals(name)).findFirst().orElseThrow();
        }

        private static int axis(NodeProto n, Tensor x) {
            return Math.floorMod(attribute(n, "axis").getI(), x.rank());
        }

        private static Tensor reshape(Tensor x, int[] dims) {
            int[] out = dims.clone();
            int known = Arrays.stream(dims).filter(d -> d > 0).reduce(1, Math::multiplyExact);
            for (int i = 0; i < out.length; i++) if (out[i] == -1) out[i] = Math.toIntExact(x.shape().size() / known);
            return x.reshape(out);
        }

        private static Tensor softmax(Tensor x) {
            int[] kept = x.shape().with(-1, 1).toArray();
            Tensor e = x.sub(x.max(x.rank() - 1).reshape(kept)).exp();
            return e.div(e.sum(x.rank() - 1).reshape(kept));
        }

        /// Products of the last two axes; the axes before them repeat where they are 1.
        private static Tensor product(Tensor a, Tensor b) {
            List<Integer> batch = new ArrayList<>();
            int[] dims = b.shape().toArray();
            for (int i = 0; i < a.rank() - 2; i++) {
                batch.add(i);
                dims[i] = a.dim(i);
            }
            return OpsDot.dot(a, b.broadcastTo(dims), batch, batch, List.of(a.rank() - 1), List.of(b.rank() - 2));
        }
    }
}
