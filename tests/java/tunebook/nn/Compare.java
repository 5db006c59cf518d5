package tunebook.nn;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tunebook.graph.Gradients;
import tunebook.graph.Graph;
import tunebook.graph.Numbers;
import tunebook.graph.Tensor;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;

/// Two ways to compute one thing, compared in value and gradient.
final class Compare {
    private Compare() {}

    /// What a way computes from inputs by name, and what it is differentiated by.
    record Way(Map<String, HostArray> inputs, List<String> variables, Function<Map<String, Tensor>, Tensor> f) {
        /// The value, then the gradients of a sum of its elements, each weighted differently.
        Map<String, HostArray> run() {
            Graph g = new Graph("way");
            Map<String, Tensor> in = new LinkedHashMap<>();
            inputs.forEach((name, a) -> in.put(name, g.parameter(name, a.dtype(), a.shape())));
            Tensor y = f.apply(in);
            g.output("value", y);
            int n = Math.toIntExact(y.shape().size());
            Tensor loss = y.reshape(n).mul(g.iota(DType.F32, 0, n).mul(0.37).sin().add(1.5)).sum(0);
            List<Tensor> gradients = Gradients.of(loss, variables.stream().map(in::get).toList());
            for (int i = 0; i < variables.size(); i++) g.output("d " + variables.get(i), gradients.get(i));
            return Numbers.run(g, inputs);
        }
    }

    /// The largest difference of any output, relative to that output's largest element (or to 1).
    static double worst(Map<String, HostArray> expected, Map<String, HostArray> actual) {
        double worst = 0;
        for (var e : expected.entrySet()) {
            double apart = 0;
            double largest = 1; // inputs are about 1: a gradient of nearly 0 is not measured by itself
            for (long i = 0; i < e.getValue().size(); i++) {
                largest = Math.max(largest, Math.abs(e.getValue().getFloat(i)));
                apart = Math.max(apart, Math.abs(e.getValue().getFloat(i) - actual.get(e.getKey()).getFloat(i)));
            }
            worst = Math.max(worst, apart / largest);
        }
        return worst;
    }
}
