package tunebook.quant;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import tunebook.io.SafeTensors;
import tunebook.tensor.Bfloat16;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Seed;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;

class BlocksTest {
    private static final Path GOLDEN = Path.of("tests/golden/quant/blocks.safetensors");

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16", "Q8_0", "Q5_0", "Q4_0", "Q4_K", "Q5_K", "Q6_K"})
    void readsTheSameBitsAsTheGgufPackage(BlockFormat format) {
        try (SafeTensors golden = SafeTensors.open(GOLDEN)) {
            HostArray expected = golden.get(format + ".values");
            HostArray got = Blocks.dequantize("t", format, golden.get(format + ".blocks").bytes(), expected.shape(), DType.F32);
            assertEquals(-1, got.bytes().mismatch(expected.bytes()), format.toString());
            assertTrue(Arrays.stream(toDoubles(got)).distinct().count() > 100, "the golden values must differ from each other");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16", "Q8_0"})
    void writesTheSameBytesAsTheGgufPackage(BlockFormat format) {
        try (SafeTensors golden = SafeTensors.open(GOLDEN)) {
            MemorySegment got = Blocks.quantize("t", golden.get(format + ".source"), format);
            assertEquals(-1, got.mismatch(golden.get(format + ".written").bytes()), format.toString());
        }
    }

    @Test
    void otherTypesAreTheFloatsRoundedOnce() {
        try (SafeTensors golden = SafeTensors.open(GOLDEN)) {
            float[] floats = golden.get("Q4_K.values").toFloats();
            HostArray bf16 = Blocks.dequantize("t", BlockFormat.Q4_K, golden.get("Q4_K.blocks").bytes(), Shape.of(3, 512), DType.BF16);
            HostArray f16 = Blocks.dequantize("t", BlockFormat.Q4_K, golden.get("Q4_K.blocks").bytes(), Shape.of(3, 512), DType.F16);
            for (int i = 0; i < floats.length; i++) {
                assertEquals(Bfloat16.fromFloat(floats[i]), bf16.bytes().getAtIndex(ValueLayout.JAVA_SHORT, i));
                assertEquals(Float.floatToFloat16(floats[i]), f16.bytes().getAtIndex(ValueLayout.JAVA_SHORT, i));
            }
        }
    }

    @Test
    void arraysOfManyChunksKeepTheirOrder() {
        int rows = 700, columns = 288;      // 201,600 numbers: three whole chunks and a part
        var random = Seed.of(1).random();
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) values[i] = random.nextFloat() * 2 - 1;
        HostArray source = HostArray.of(values, rows, columns);
        for (BlockFormat format : new BlockFormat[] {BlockFormat.F32, BlockFormat.Q8_0}) {
            HostArray back = Blocks.dequantize("t", format, Blocks.quantize("t", source, format), source.shape(), DType.F32);
            assertArrayEquals(values, back.toFloats(), format == BlockFormat.F32 ? 0 : 0.5f / 127 + 1 / 2048f, format.toString());
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = {"F32", "F16", "BF16", "Q8_0", "Q5_0", "Q4_0", "Q4_K", "Q5_K", "Q6_K"})
    void otherFormatsAreNamedWithTheTensor(BlockFormat format) {
        Shape shape = Shape.of(1, 256);
        MemorySegment blocks = MemorySegment.ofArray(new byte[(int) format.bytes(256)]);
        assertMessage(() -> Blocks.dequantize("blk.0.attn_q.weight", format, blocks, shape, DType.F32),
            "Blocks.dequantize: cannot read block type " + format, "\"blk.0.attn_q.weight\"", "use a file with F32, F16, BF16, Q8_0, Q5_0, Q4_0, Q4_K, Q5_K, Q6_K");
        assertMessage(() -> Blocks.quantize("x", HostArray.zeros(DType.F32, shape), format), "Blocks.quantize: cannot write " + format, "choose F32, F16, BF16 or Q8_0");
    }

    @Test
    void bytesAndRowsMustFitTheFormat() {
        MemorySegment block = MemorySegment.ofArray(new byte[34]);
        assertMessage(() -> Blocks.dequantize("t", BlockFormat.Q8_0, block, Shape.of(2, 32), DType.F32), "the bytes do not fit the shape", "needs 68 bytes, got 34");
        assertMessage(() -> Blocks.dequantize("t", BlockFormat.Q8_0, block, Shape.of(2, 16), DType.F32), "a row is not a whole number of blocks", "[2, 16] in Q8_0 (blocks of 32)");
        assertMessage(() -> Blocks.quantize("t", HostArray.zeros(DType.F32, Shape.of(33)), BlockFormat.Q8_0), "a row is not a whole number of blocks", "choose a format without blocks");
    }

    @Test
    void onlyFloatingPointTypesAreTargetsAndSources() {
        MemorySegment block = MemorySegment.ofArray(new byte[34]);
        assertMessage(() -> Blocks.dequantize("t", BlockFormat.Q8_0, block, Shape.of(32), DType.I32), "blocks cannot become I32", "ask for F32, BF16 or F16");
        assertMessage(() -> Blocks.quantize("t", HostArray.zeros(DType.I32, Shape.of(32)), BlockFormat.Q8_0), "not a floating-point array", "\"t\" I32[32]");
    }

    @Test
    void numbersThatWouldBecomeOthersAreRefused() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, 1e30f}) {
            float[] values = new float[32];
            values[7] = bad;
            for (BlockFormat format : new BlockFormat[] {BlockFormat.F16, BlockFormat.Q8_0})
                assertMessage(() -> Blocks.quantize("t", HostArray.of(values), format), "a number does not fit " + format, "\"t\" holds " + bad, "choose F32 or BF16");
            Blocks.quantize("t", HostArray.of(values), BlockFormat.BF16);
        }
        Blocks.quantize("t", HostArray.of(new float[] {65519f}), BlockFormat.F16);
    }

    private static double[] toDoubles(HostArray a) {
        double[] out = new double[(int) a.size()];
        for (int i = 0; i < out.length; i++) out[i] = a.getFloat(i);
        return out;
    }

    private static void assertMessage(Executable action, String... parts) {
        String message = assertThrows(TunebookException.class, action).getMessage();
        for (String part : parts) assertTrue(message.contains(part), () -> "\"" + part + "\" is not in: " + message);
    }
}
