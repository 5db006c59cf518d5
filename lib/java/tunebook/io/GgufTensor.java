package tunebook.io;

import java.util.Optional;
import tunebook.quant.BlockFormat;
import tunebook.tensor.Shape;

/// What a GGUF file says of one tensor.
///
/// @param name   ggml's name, `blk.3.attn_q.weight`
/// @param shape  row-major, outermost axis first (`[out, in]` for a matrix); the file has it the other way round
/// @param typeId number of the block format in the file
/// @param offset where its bytes begin, from the beginning of the file
public record GgufTensor(String name, Shape shape, int typeId, long offset) {
    /// The block format, if its number is a known one.
    public Optional<BlockFormat> format() {
        return BlockFormat.of(typeId);
    }

    /// The block format's name, or its number where it has none here.
    public String typeName() {
        return format().map(Enum::name).orElse("number " + Integer.toUnsignedString(typeId));
    }
}
