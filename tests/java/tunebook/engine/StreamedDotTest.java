package tunebook.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tunebook.graph.Gradients;
import tunebook.graph.Graph;
import tunebook.graph.Numbers;
import tunebook.graph.OpsDot;
import tunebook.graph.OpsShape;
import tunebook.graph.Program;
import tunebook.graph.StableHlo;
import tunebook.graph.Tensor;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;

/// Products that a program leaves to Java, against those of the compiler.
class StreamedDotTest {
    private final Session session = Session.open("cpu");

    @ParameterizedTest
    @CsvSource({"1,640,2048,256", "1,7,1,3", "2,16,2,64", "3,664,130,1", "4,20,129,5", "5,256,63,65", "8,640,640,2", "10,72,66,3", "11,40,70,4", "16,33,300,7"})
    void areThoseOfTheCompiler(int rows, int in, int bf16Out, int f32Out) {
        Graph g = new Graph("streamed");
        Tensor x = g.parameter("x", DType.F32, Shape.of(rows, in));
        List<Tensor> weights = List.of(g.parameter("half", DType.BF16, Shape.of(bf16Out, in)), g.parameter("single", DType.F32, Shape.of(f32Out, in)));
        g.output("streamed", OpsDot.streamed(x, weights));
        g.output("expected", OpsShape.concat(1, weights.stream().map(w -> OpsDot.linear(x, w.to(DType.F32))).toList()));
        Map<String, HostArray> out = Numbers.run(g, Map.of("x", Numbers.random(1, rows, in), "half", Numbers.random(2, bf16Out, in).to(DType.BF16),
            "single", Numbers.random(3, f32Out, in)));
        float[] streamed = out.get("streamed").toFloats();
        float[] expected = out.get("expected").toFloats();
        assertEquals(rows * (bf16Out + f32Out), streamed.length);
        for (int i = 0; i < streamed.length; i++) assertEquals(expected[i], streamed[i], 6e-6 * Math.sqrt(in), "element " + i);
    }

    @Test
    void whatGoesWrongInJavaIsTheProgramsError() {
        String text = "module @wrong {\n  func.func public @main(%arg0: tensor<2x2xi32>) -> (tensor<2x2xf32>) {\n"
            + "    %0 = stablehlo.custom_call @tunebook_streamed_dot(%arg0) {api_version = 4 : i32, backend_config = {}} : (tensor<2x2xi32>) -> tensor<2x2xf32>\n"
            + "    return %0 : tensor<2x2xf32>\n  }\n}\n";
        Program.Slot x = new Program.Slot("x", DType.I32, Shape.of(2, 2), false);
        Program program = new Program("wrong", text, List.of(x), List.of(new Program.Slot("y", DType.F32, Shape.of(2, 2), false)));
        try (Compiled compiled = session.compile(program); Buffer input = session.put(HostArray.of(new int[] {1, 2, 3, 4}, 2, 2))) {
            String message = assertThrows(TunebookException.class, () -> compiled.run(List.of(input)).getFirst().toHost()).getMessage();
            assertTrue(message.contains("tunebook_streamed_dot") && message.contains("an element type that is neither F32 nor BF16: 4"), message);
        }
    }

    @Test
    void haveNoGradientAndTakeNoOtherShapes() {
        Graph g = new Graph("none");
        Tensor x = g.parameter("x", DType.F32, Shape.of(1, 4));
        Tensor w = g.parameter("w", DType.F32, Shape.of(3, 4));
        Tensor sum = OpsDot.streamed(x, List.of(w)).sum(0, 1);
        assertTrue(assertThrows(TunebookException.class, () -> Gradients.of(sum, List.of(x))).getMessage().contains("no gradient through"));
        Tensor narrow = g.parameter("narrow", DType.F32, Shape.of(3, 5));
        assertTrue(assertThrows(TunebookException.class, () -> OpsDot.streamed(x, List.of(narrow))).getMessage().contains("operands do not fit"));
        assertTrue(StableHlo.emit(sum).text().contains("api_version = 4"));
    }
}
