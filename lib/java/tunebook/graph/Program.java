package tunebook.graph;

import java.util.List;
import tunebook.tensor.DType;
import tunebook.tensor.Shape;

/// A whole program as StableHLO text, with the signature of its `main` function.
///
/// Donated inputs are marked in the text itself (`jax.buffer_donor` or `tf.aliasing_output`), and `Slot.donated` repeats it, since the
/// caller's buffer is gone after the call.
///
/// @param name    short name for messages and cache listings (`train_step`)
/// @param text    StableHLO text, one module with a public `@main`
/// @param inputs  arguments of `@main`, in order
/// @param outputs results of `@main`, in order
public record Program(String name, String text, List<Slot> inputs, List<Slot> outputs) {
    public Program {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /// One argument or result: its name (a parameter path, or `tokens`, `loss`), element type and shape.
    public record Slot(String name, DType dtype, Shape shape, boolean donated) {}
}
