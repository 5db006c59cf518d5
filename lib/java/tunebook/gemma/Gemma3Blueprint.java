package tunebook.gemma;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tunebook.graph.Tensor;
import tunebook.model.Blueprint;
import tunebook.nn.Compute;
import tunebook.nn.Modules;
import tunebook.nn.Weights;
import tunebook.tensor.DType;

/// A frozen Gemma 3 without its numbers, its parameters stored in one type.
public record Gemma3Blueprint(Gemma3Network network, Compute compute, DType stored) implements Blueprint {
    @Override
    public String name() {
        return network.name();
    }

    @Override
    public Set<String> trainable() {
        return Set.of();
    }

    @Override
    public Tensor.Type type(String path) {
        return new Tensor.Type(stored, network.parameters().get(path));
    }

    @Override
    public Modules modules(Weights weights, Optional<Tensor> dropoutState) {
        return weights;
    }

    @Override
    public boolean usesDropout() {
        return false;
    }

    @Override
    public Map<String, String> settings() {
        return network.settings(compute);
    }
}
