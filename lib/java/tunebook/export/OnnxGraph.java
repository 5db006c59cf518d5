package tunebook.export;

import ai.onnx.proto.OnnxMl;
import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tunebook.tensor.Shape;

/// Puts together an ONNX model: nodes in the order they run in, small constants inside, weights (F32) in a file beside it.
///
/// Values are called by name; each method that adds a node returns its result's name.
final class OnnxGraph {
    private static final int IR_VERSION = 8, OPSET = 17;

    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("model");
    private final Map<String, String> constants = new HashMap<>();
    private final String weightsFile;
    private long offset;
    private int made;

    OnnxGraph(String weightsFile) {
        this.weightsFile = weightsFile;
    }

    /// An argument or result; a dimension is a number or a name.
    void input(String name, TensorProto.DataType type, Object... dims) {
        graph.addInput(value(name, type, dims));
    }

    void output(String name, TensorProto.DataType type, Object... dims) {
        graph.addOutput(value(name, type, dims));
    }

    private static ValueInfoProto value(String name, TensorProto.DataType type, Object... dims) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (Object d : dims) {
            TensorShapeProto.Dimension.Builder dim = TensorShapeProto.Dimension.newBuilder();
            shape.addDim(d instanceof Integer n ? dim.setDimValue(n) : dim.setDimParam(d.toString()));
        }
        TypeProto.Tensor tensor = TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape).build();
        return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder().setTensorType(tensor)).build();
    }

    /// A weight whose F32 numbers come next in the file beside the model.
    void weight(String name, Shape shape) {
        long bytes = shape.size() * Float.BYTES;
        TensorProto.Builder t = TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.FLOAT.getNumber()).setDataLocation(TensorProto.DataLocation.EXTERNAL);
        for (int d : shape.toArray()) t.addDims(d);
        Map.of("location", weightsFile, "offset", Long.toString(offset), "length", Long.toString(bytes)).entrySet().stream().sorted(Map.Entry.comparingByKey())
            .forEach(e -> t.addExternalData(StringStringEntryProto.newBuilder().setKey(e.getKey()).setValue(e.getValue())));
        graph.addInitializer(t);
        offset += bytes;
    }

    String scalar(double value) {
        return floats("float " + (float) value, List.of(), (float) value);
    }

    /// F32 numbers of shape `dims`.
    String floats(String name, List<Integer> dims, float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float v : values) bytes.putFloat(v);
        return constant(name, TensorProto.DataType.FLOAT, dims, bytes);
    }

    /// A one-dimensional list of integers: axes, shapes.
    String ints(int... values) {
        return longs(List.of(values.length), values);
    }

    String integer(int value) {
        return longs(List.of(), value);
    }

    private String longs(List<Integer> dims, int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int v : values) bytes.putLong(v);
        return constant("int " + dims + Arrays.toString(values), TensorProto.DataType.INT64, dims, bytes);
    }

    private String constant(String name, TensorProto.DataType type, List<Integer> dims, ByteBuffer bytes) {
        return constants.computeIfAbsent(name, n -> {
            TensorProto.Builder t = TensorProto.newBuilder().setName(n).setDataType(type.getNumber()).setRawData(ByteString.copyFrom(bytes.flip()));
            dims.forEach(t::addDims);
            graph.addInitializer(t);
            return n;
        });
    }

    /// A node of `type`; attributes are a name and an integer or a list of integers, in turn.
    String node(String type, List<String> inputs, Object... attributes) {
        return nodes(type, inputs, 1, attributes).getFirst();
    }

    List<String> nodes(String type, List<String> inputs, int results, Object... attributes) {
        NodeProto.Builder n = NodeProto.newBuilder().setOpType(type).setName(type + " " + made).addAllInput(inputs);
        for (int i = 0; i < results; i++) n.addOutput(type + " " + made + (results == 1 ? "" : "." + i));
        made++;
        for (int i = 0; i < attributes.length; i += 2) n.addAttribute(attribute((String) attributes[i], attributes[i + 1]));
        graph.addNode(n);
        return n.getOutputList();
    }

    /// A node whose result is called `name`.
    void named(String name, String type, List<String> inputs) {
        graph.addNode(NodeProto.newBuilder().setOpType(type).setName(name).addAllInput(inputs).addOutput(name));
    }

    private static AttributeProto attribute(String name, Object value) {
        AttributeProto.Builder a = AttributeProto.newBuilder().setName(name);
        if (value instanceof Integer i) return a.setType(AttributeProto.AttributeType.INT).setI(i).build();
        for (Object i : (List<?>) value) a.addInts((Integer) i);
        return a.setType(AttributeProto.AttributeType.INTS).build();
    }

    byte[] model() {
        return ModelProto.newBuilder().setIrVersion(IR_VERSION).setProducerName("tunebook").addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET)).setGraph(graph).build().toByteArray();
    }
}
