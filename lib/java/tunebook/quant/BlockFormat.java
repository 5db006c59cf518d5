package tunebook.quant;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/// How a GGUF file stores numbers: as they are, or in blocks of `elements` numbers that share scales.
///
/// Names and numbers are ggml's (`ggml_type`). Those that can be read are [#readable]; of the others the name and the
/// sizes are known, so that a file with them can be checked and the error can name them.
public enum BlockFormat {
    F32(0, 1, 4), F16(1, 1, 2), BF16(30, 1, 2),
    Q8_0(8, 32, 34), Q5_0(6, 32, 22), Q4_0(2, 32, 18), Q4_K(12, 256, 144), Q5_K(13, 256, 176), Q6_K(14, 256, 210),
    Q4_1(3, 32, 20), Q5_1(7, 32, 24), Q8_1(9, 32, 40), Q2_K(10, 256, 84), Q3_K(11, 256, 110), Q8_K(15, 256, 292),
    IQ2_XXS(16, 256, 66), IQ2_XS(17, 256, 74), IQ3_XXS(18, 256, 98), IQ1_S(19, 256, 50), IQ4_NL(20, 32, 18), IQ3_S(21, 256, 110),
    IQ2_S(22, 256, 82), IQ4_XS(23, 256, 136), I8(24, 1, 1), I16(25, 1, 2), I32(26, 1, 4), I64(27, 1, 8), F64(28, 1, 8),
    IQ1_M(29, 256, 56), TQ1_0(34, 256, 54), TQ2_0(35, 256, 66), MXFP4(39, 32, 17), NVFP4(40, 64, 36), Q1_0(41, 128, 18);

    private final int id;
    private final int elements;
    private final int bytes;

    BlockFormat(int id, int elements, int bytes) {
        this.id = id;
        this.elements = elements;
        this.bytes = bytes;
    }

    /// The format's number in a file.
    public int id() {
        return id;
    }

    /// Numbers in one block.
    public int blockElements() {
        return elements;
    }

    /// Bytes of one block.
    public int blockBytes() {
        return bytes;
    }

    /// Bytes of `count` numbers, which must be whole blocks.
    public long bytes(long count) {
        return Math.multiplyExact(count / elements, (long) bytes);
    }

    /// Whether [Blocks] can turn this format into floats.
    public boolean readable() {
        return ordinal() <= Q6_K.ordinal();
    }

    /// Whether [Blocks] can write this format.
    public boolean writable() {
        return ordinal() <= Q8_0.ordinal();
    }

    /// The format with this number, if it is known.
    public static Optional<BlockFormat> of(int id) {
        return Arrays.stream(values()).filter(f -> f.id == id).findFirst();
    }

    /// The names of the readable formats, for messages.
    public static String readableNames() {
        return Arrays.stream(values()).filter(BlockFormat::readable).map(Enum::name).collect(Collectors.joining(", "));
    }
}
