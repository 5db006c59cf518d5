package tunebook.cli;

import java.util.List;
import tunebook.engine.Buffer;
import tunebook.engine.Compiled;
import tunebook.engine.Session;
import tunebook.graph.Graph;
import tunebook.graph.OpsDot;
import tunebook.graph.StableHlo;
import tunebook.graph.Tensor;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;

/// What this machine's matrix products reach at best: the measure that a training step's operations are held against.
final class ProductPeak {
    private static final int ROWS = 1024;
    private static final int WIDTH = 2048;
    private static final int PRODUCTS = 8;
    private static final int RUNS = 5;

    private ProductPeak() {}

    /// Floating-point operations a second of eight products [1024, 2048] · [2048, 2048] in `dtype`, one after another; the best of five runs.
    static double of(Session session, DType dtype) {
        Graph g = new Graph("products");
        Tensor x = g.parameter("x", dtype, Shape.of(ROWS, WIDTH));
        Tensor w = g.parameter("w", dtype, Shape.of(WIDTH, WIDTH));
        for (int i = 0; i < PRODUCTS; i++) x = OpsDot.matmul(x, w).to(dtype);
        g.output("y", x);
        try (Compiled program = session.compile(StableHlo.emit(g)); Buffer rows = session.put(HostArray.zeros(dtype, Shape.of(ROWS, WIDTH)));
             Buffer weight = session.put(HostArray.zeros(dtype, Shape.of(WIDTH, WIDTH)))) {
            return 2.0 * ROWS * WIDTH * WIDTH * PRODUCTS / ProgramTime.least(RUNS, program, List.of(rows, weight));
        }
    }
}
