package tunebook.nn;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import tunebook.graph.Tensor;
import tunebook.tensor.Shape;

/// A causal language model's architecture: pure functions from parameters and tokens to hidden states. It holds no numbers.
public interface CausalLm {
    /// Name for messages: `Gemma3(18 layers, hidden 640)`.
    String name();

    /// Every parameter's path and shape, in the order of the network.
    Map<String, Shape> parameters();

    /// Paths of the linear modules, in the order of the network: what an adapter can stand on.
    List<String> linearModules();

    /// Path of the parameter that the head multiplies by (the embedding where they are tied).
    String headPath();

    int layers();

    int vocabSize();

    /// Key/value heads and head dimension, the shape of a cache entry.
    int numKeyValueHeads();

    int headDim();

    /// The final, normalised hidden states of all tokens: [T, D] F32.
    default Tensor hidden(Modules m, Tensor tokens, Tensor positions, Attention attention, boolean checkpoint) {
        return hidden(m, tokens, positions, attention, checkpoint, Optional.empty());
    }

    /// The final, normalised hidden states of the tokens asked for. What the last layer computes for each token apart is computed for those alone.
    ///
    /// @param tokens     [T] I32
    /// @param positions  [T] I32, position of each token in its document
    /// @param checkpoint whether each layer is computed again in the backward pass instead of kept
    /// @param asked      [A] I32, places on the token axis; all of them if empty
    /// @return [A, D] F32
    Tensor hidden(Modules m, Tensor tokens, Tensor positions, Attention attention, boolean checkpoint, Optional<Tensor> asked);

    /// `hidden` [T, D] → [T, V] F32.
    default Tensor logits(Modules m, Tensor hidden) {
        return m.product(hidden, m.weight(headPath()));
    }
}
