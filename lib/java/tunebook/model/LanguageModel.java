package tunebook.model;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tunebook.data.ChatTemplate;
import tunebook.data.PromptFrame;
import tunebook.engine.Buffer;
import tunebook.engine.Session;
import tunebook.graph.StableHlo;
import tunebook.graph.Tensor;
import tunebook.nn.Precision;
import tunebook.tensor.HostArray;
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

    /// The model's files, opened again, adapters added to the weights: what exports are written from. The caller closes them.
    ///
    /// @throws tunebook.tensor.TunebookException if it was made in memory, if its files have gone, or if its adapters change nothing
    ModelFiles files();

    /// A fresh model of this one's kind, without adapters, on the same session from other files. The caller closes it.
    LanguageModel reload(Path files, Precision precision);

    /// The device buffer of the parameter at `path`; the model stays its owner.
    Buffer buffer(String path);

    /// Puts a trained value in place of a trainable parameter and takes ownership of it; the old buffer is closed.
    void replace(String path, Buffer value);

    /// What the prompts that it was trained on in this process have in common; empty where it was not.
    default Optional<PromptFrame> promptFrame() {
        return Optional.empty();
    }

    /// Remembers what the prompts of a training have in common.
    default void trainedOn(PromptFrame frame) {}

    /// The numbers of a value that is built over this model's [#modules(tunebook.graph.Graph)], for looking at it: compiled, run once and freed again.
    ///
    /// @param inputs parameters of its graph that are not the model's, by name
    default HostArray evaluate(Tensor value, Map<String, HostArray> inputs) {
        Map<String, Buffer> given = new LinkedHashMap<>();
        try (ModelProgram program = ModelProgram.compile(this, StableHlo.emit(value))) {
            inputs.forEach((name, array) -> given.put(name, session().put(array, "evaluate")));
            try (Buffer result = program.run(given).get("value")) {
                return result.toHost();
            }
        } finally {
            given.values().forEach(Buffer::close);
        }
    }

    /// The same for a value that depends on the model's parameters alone.
    default HostArray evaluate(Tensor value) {
        return evaluate(value, Map.of());
    }

    @Override
    default Tensor.Type type(String path) {
        Buffer b = buffer(path);
        return new Tensor.Type(b.dtype(), b.shape());
    }

    @Override
    void close();
}
