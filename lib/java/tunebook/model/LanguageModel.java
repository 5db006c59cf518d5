package tunebook.model;

import java.nio.file.Path;
import java.util.Optional;
import tunebook.data.ChatTemplate;
import tunebook.engine.Buffer;
import tunebook.engine.Session;
import tunebook.graph.Tensor;
import tunebook.tokenizer.Tokenizer;

/// What a notebook cell holds: an architecture, its parameters on a device, its tokenizer and chat format.
///
/// Not for use by several threads at once. [#close] frees the device memory it owns.
public interface LanguageModel extends Blueprint, AutoCloseable {
    Session session();

    Tokenizer tokenizer();

    ChatTemplate template();

    /// The folder or file that its frozen weights were loaded from; empty for a model made in memory.
    default Optional<Path> source() {
        return Optional.empty();
    }

    /// The device buffer of the parameter at `path`; the model stays its owner.
    Buffer buffer(String path);

    /// Puts a trained value in place of a trainable parameter and takes ownership of it; the old buffer is closed.
    void replace(String path, Buffer value);

    @Override
    default Tensor.Type type(String path) {
        Buffer b = buffer(path);
        return new Tensor.Type(b.dtype(), b.shape());
    }

    @Override
    void close();
}
