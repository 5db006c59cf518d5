package tunebook.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tunebook.graph.Graph;
import tunebook.graph.Tensor;
import tunebook.tensor.DType;
import tunebook.tensor.Shape;

/// AdamW with decoupled weight decay (Loshchilov & Hutter 2019, algorithm 2), with torch's placing of epsilon and clipping by global norm before it.
final class AdamW {
    private AdamW() {}

    /// Names of the two moments of the parameter at `path`.
    static String first(String path) {
        return "adamw.m:" + path;
    }

    static String second(String path) {
        return "adamw.v:" + path;
    }

    /// Adds the update to `graph`: its outputs are the next parameters and moments, under the inputs' names, and `gradient_norm` (F32, before clipping).
    /// Where the norm or the loss is not finite everything stays as it was.
    ///
    /// @param parameters F32, by path
    /// @param gradients  F32, in the same order
    /// @param loss       F32 scalar
    static void update(Graph graph, TrainConfig config, Map<String, Tensor> parameters, List<Tensor> gradients, Tensor loss) {
        Tensor rate = graph.parameter("learning_rate", DType.F32, Shape.of());
        Tensor bias1 = graph.parameter("bias1", DType.F32, Shape.of());
        Tensor bias2 = graph.parameter("bias2", DType.F32, Shape.of());
        Tensor norm = norm(graph, gradients);
        Tensor finite = norm.isFinite().and(loss.isFinite());
        Tensor scale = config.maxGradientNorm() > 0 ? graph.scalar(config.maxGradientNorm()).div(norm.add(1e-6)).min(graph.scalar(1)) : graph.scalar(1);
        Map<String, Tensor> moments = new LinkedHashMap<>();
        int i = 0;
        for (Map.Entry<String, Tensor> e : parameters.entrySet()) {
            Tensor p = e.getValue();
            Tensor g = gradients.get(i++).mul(scale);
            Tensor m0 = graph.donated(first(e.getKey()), DType.F32, p.shape());
            Tensor v0 = graph.donated(second(e.getKey()), DType.F32, p.shape());
            Tensor m = m0.mul(config.beta1()).add(g.mul(1 - config.beta1()));
            Tensor v = v0.mul(config.beta2()).add(g.mul(g).mul(1 - config.beta2()));
            Tensor step = m.div(bias1).div(v.div(bias2).sqrt().add(config.epsilon()));
            Tensor decayed = config.weightDecay() > 0 && p.rank() > 1 ? p.mul(rate.mul(config.weightDecay()).neg().add(1)) : p;
            graph.output(e.getKey(), finite.select(decayed.sub(step.mul(rate)), p));
            moments.put(first(e.getKey()), finite.select(m, m0));
            moments.put(second(e.getKey()), finite.select(v, v0));
        }
        moments.forEach(graph::output);
        graph.output("gradient_norm", norm);
    }

    /// Names of the update's scalar inputs and their values at step `step` (1 for the first).
    static Map<String, Float> scalars(TrainConfig config, int step) {
        return Map.of("learning_rate", (float) config.rateAt(step),
            "bias1", (float) (1 - Math.pow(config.beta1(), step)), "bias2", (float) (1 - Math.pow(config.beta2(), step)));
    }

    private static Tensor norm(Graph graph, List<Tensor> gradients) {
        List<Tensor> squares = new ArrayList<>();
        for (Tensor g : gradients) squares.add(g.mul(g).sum(IntStream.range(0, g.rank()).toArray()));
        return squares.stream().reduce(Tensor::add).orElse(graph.scalar(0)).sqrt();
    }
}
