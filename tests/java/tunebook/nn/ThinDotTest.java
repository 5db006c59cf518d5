package tunebook.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tunebook.graph.Graph;
import tunebook.graph.Numbers;
import tunebook.graph.Tensor;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;

/// Both forms of the product, against sums written out in Java in double precision.
class ThinDotTest {
    private static final int T = 37, OUT = 11;

    @ParameterizedTest
    @CsvSource({"F32, 1, 1", "F32, 1, 8", "F32, 2, 8", "F32, 7, 8", "F32, 8, 8", "F32, 7, 1", "BF16, 7, 8", "BF16, 16, 8", "BF16, 1, 8", "BF16, 16, 1"})
    void sumsOverRows(DType type, int rank, int minDotRows) {
        HostArray thin = Numbers.random(1, T, rank).to(type);
        HostArray wide = Numbers.random(2, T, OUT).to(type);
        Graph g = new Graph("thin");
        Tensor product = ThinDot.of(new Compute(type, type, minDotRows, 0), g.parameter("thin", type, Shape.of(T, rank)), g.parameter("wide", type, Shape.of(T, OUT)));
        g.output("product", product);
        HostArray out = Numbers.run(g, Map.of("thin", thin, "wide", wide)).get("product");
        assertEquals(Shape.of(rank, OUT), out.shape());
        assertEquals(DType.F32, out.dtype());
        for (int r = 0; r < rank; r++)
            for (int o = 0; o < OUT; o++) {
                double sum = 0;
                for (int t = 0; t < T; t++) sum += (double) thin.getFloat(t * rank + r) * wide.getFloat(t * OUT + o);
                assertEquals(sum, out.getFloat(r * OUT + o), 1e-5);
            }
    }
}
