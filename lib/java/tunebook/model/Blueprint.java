package tunebook.model;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tunebook.graph.Graph;
import tunebook.graph.Tensor;
import tunebook.nn.CausalLm;
import tunebook.nn.Compute;
import tunebook.nn.Modules;
import tunebook.nn.Weights;

/// A model without its numbers: all that a program over it is built from. Programs for a device that is not here are compiled from it.
public interface Blueprint {
    /// Name for messages: `Gemma3(18 layers, hidden 640)`.
    String name();

    CausalLm network();

    Compute compute();

    /// Paths of the parameters that training changes, all F32, in a fixed order; empty for a frozen model.
    Set<String> trainable();

    /// Element type and shape of the parameter at `path`, as it is stored.
    Tensor.Type type(String path);

    /// The network's modules over `weights`, adapters included.
    ///
    /// @param dropoutState U64[2], given in training where [#usesDropout]
    Modules modules(Weights weights, Optional<Tensor> dropoutState);

    boolean usesDropout();

    /// The network's modules in `graph`, adapters included and without dropout: each parameter becomes an argument when a layer first asks for it.
    default Modules modules(Graph graph) {
        return modules(new Weights(graph, compute(), Map.of(), this::type), Optional.empty());
    }

    /// What its results depend on besides its parameters, by name: for telling two models apart.
    Map<String, String> settings();
}
