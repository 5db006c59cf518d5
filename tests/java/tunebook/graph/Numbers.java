package tunebook.graph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import tunebook.engine.Buffer;
import tunebook.engine.Compiled;
import tunebook.engine.Session;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;

/// Runs small graphs on the CPU plug-in, for tests.
public final class Numbers {
    private Numbers() {}

    /// The outputs of `graph`, by name, for inputs by parameter name.
    public static Map<String, HostArray> run(Graph graph, Map<String, HostArray> inputs) {
        Session session = Session.open("cpu");
        Program program = StableHlo.emit(graph);
        List<Buffer> arguments = new ArrayList<>();
        for (Program.Slot slot : program.inputs()) arguments.add(session.put(inputs.get(slot.name())));
        Map<String, HostArray> out = new LinkedHashMap<>();
        try (Compiled compiled = session.compile(program)) {
            List<Buffer> results = compiled.run(arguments);
            for (int i = 0; i < results.size(); i++) {
                try (Buffer b = results.get(i)) {
                    out.put(program.outputs().get(i).name(), b.toHost());
                }
            }
        } finally {
            arguments.forEach(Buffer::close);
        }
        return out;
    }

    /// Uniform in ±1, away from 0 and from each other by chance only.
    public static HostArray random(long seed, int... dims) {
        Random r = new Random(seed);
        float[] v = new float[Math.toIntExact(Shape.of(dims).size())];
        for (int i = 0; i < v.length; i++) v[i] = r.nextFloat() * 2 - 1;
        return HostArray.of(v, dims);
    }

    /// The largest difference between the gradient of sum(f(x) * weights) and central differences, relative to the largest gradient.
    public static double gradientError(Function<List<Tensor>, Tensor> f, List<HostArray> at) {
        Graph g = new Graph("gradient");
        List<Tensor> x = new ArrayList<>();
        for (int i = 0; i < at.size(); i++) x.add(g.parameter("x" + i, DType.F32, at.get(i).shape()));
        Tensor loss = loss(f.apply(x));
        g.output("loss", loss);
        List<Tensor> gradients = Gradients.of(loss, x);
        for (int i = 0; i < at.size(); i++) g.output("d" + i, gradients.get(i));
        Map<String, HostArray> inputs = new LinkedHashMap<>();
        for (int i = 0; i < at.size(); i++) inputs.put("x" + i, at.get(i));
        Map<String, HostArray> out = run(g, inputs);
        Graph forward = new Graph("forward");
        List<Tensor> y = new ArrayList<>();
        for (int i = 0; i < at.size(); i++) y.add(forward.parameter("x" + i, DType.F32, at.get(i).shape()));
        forward.output("loss", loss(f.apply(y)));
        double worst = 0;
        double largest = 0;
        for (int i = 0; i < at.size(); i++) {
            float[] values = at.get(i).toFloats();
            for (int k = 0; k < Math.min(values.length, 7); k++) {
                int j = k * Math.max(1, values.length / 7);
                double difference = (shifted(forward, inputs, i, j, 1e-2f) - shifted(forward, inputs, i, j, -1e-2f)) / 2e-2;
                double exact = out.get("d" + i).getFloat(j);
                worst = Math.max(worst, Math.abs(difference - exact));
                largest = Math.max(largest, Math.abs(exact));
            }
        }
        return worst / Math.max(largest, 1e-3);
    }

    private static double shifted(Graph forward, Map<String, HostArray> inputs, int input, int element, float by) {
        HostArray a = inputs.get("x" + input);
        float[] values = a.toFloats();
        values[element] += by;
        Map<String, HostArray> moved = new LinkedHashMap<>(inputs);
        moved.put("x" + input, HostArray.of(values, a.shape().toArray()));
        return run(forward, moved).get("loss").scalarFloat();
    }

    /// A scalar that depends on every element differently.
    private static Tensor loss(Tensor y) {
        int n = Math.toIntExact(y.shape().size());
        Tensor w = y.graph().iota(DType.F32, 0, n).mul(0.37).sin().add(1.5);
        return y.to(DType.F32).reshape(n).mul(w).sum(0);
    }
}
