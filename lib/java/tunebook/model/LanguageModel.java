package tunebook.model;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import tunebook.data.ChatTemplate;
import tunebook.engine.Session;
import tunebook.engine.Buffer;
import tunebook.graph.Tensor;
import tunebook.nn.CausalLm;
import tunebook.nn.Compute;
import tunebook.nn.Modules;
import tunebook.nn.Weights;
import tunebook.tokenizer.Tokenizer;

/// What a notebook cell holds: an architecture, its parameters on a device, its tokenizer and chat format.
///
/// Not for use by several threads at once. [#close] frees the device memory it owns.
public interface LanguageModel extends AutoCloseable {
    /// Name for messages: `Gemma3(18 layers, hidden 640)`.
    String name();

    CausalLm network();

    Session session();

    Compute compute();

    Tokenizer tokenizer();

    ChatTemplate template();

    /// The folder or file that its frozen weights were loaded from; empty for a model made in memory.
    default Optional<Path> source() {
        return Optional.empty();
    }

    /// Paths of the parameters that training changes, all F32, in a fixed order; empty for a frozen model.
    Set<String> trainable();

    /// The device buffer of the parameter at `path`; the model stays its owner.
    Buffer buffer(String path);

    /// Puts a trained value in place of a trainable parameter and takes ownership of it; the old buffer is closed.
    void replace(String path, Buffer value);

    /// The network's modules over `weights`, adapters included.
    ///
    /// @param dropoutState U64[2], given in training where [#usesDropout]
    Modules modules(Weights weights, Optional<Tensor> dropoutState);

    boolean usesDropout();

    @Override
    void close();
}
