package tunebook.tensor;

/// The letters that name axes, in every comment, docstring and error message.
///
/// | letter | axis |
/// |---|---|
/// | T | tokens of a step, all documents end to end |
/// | B | rows of a batch |
/// | S | key or cache positions |
/// | D | hidden |
/// | N | query heads |
/// | K | key/value heads |
/// | H | head dimension |
/// | F | MLP |
/// | V | vocabulary |
/// | R | LoRA rank |
/// | L | layers |
public final class Axes {
    private Axes() {}
}
