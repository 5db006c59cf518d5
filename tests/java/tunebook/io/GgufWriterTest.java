package tunebook.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static tunebook.io.SafeTensorsTest.assertMessage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.quant.BlockFormat;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;

class GgufWriterTest {
    @TempDir
    Path folder;

    @Test
    void writesTheSameBytesAsTheGgufPackage() throws IOException {
        Path file = folder.resolve("ours.gguf");
        new GgufWriter().string("general.architecture", "gemma3").u32("gemma3.block_count", 18).f32("gemma3.rope.freq_base", 1e6f)
            .bool("tokenizer.ggml.add_bos_token", true).strings("tokenizer.ggml.tokens", List.of("<pad>", "하나", "\n"))
            .ints("tokenizer.ggml.token_type", 3, 1, -1).floats("tokenizer.ggml.scores", 0, -1.5f, 2)
            .tensor("output_norm.weight", tensor(0, 5), BlockFormat.F32).tensor("token_embd.weight", tensor(1, 3, 64), BlockFormat.Q8_0)
            .tensor("blk.0.attn_q.weight", tensor(2, 4, 3).to(DType.BF16), BlockFormat.BF16).tensor("blk.0.attn_k.weight", tensor(3, 2, 9), BlockFormat.F16)
            .write(file);
        assertArrayEquals(Files.readAllBytes(GoldenTensors.FOLDER.resolve("written.gguf")), Files.readAllBytes(file));
    }

    @Test
    void keysAndTensorsStandThereOnce() {
        assertMessage(() -> new GgufWriter().u32("a", 1).f32("a", 1), "the key is there already", "\"a\"", "add each key once");
        assertMessage(() -> new GgufWriter().tensor("t", tensor(0, 4), BlockFormat.F32).tensor("t", tensor(0, 4), BlockFormat.F32), "the tensor is there already", "\"t\"");
        assertMessage(() -> new GgufWriter().u32("a", -1), "GgufWriter.u32: a negative number", "\"a\" = -1");
    }

    @Test
    void whatCannotBeWrittenIsRefusedAndLeavesNoFile() {
        assertMessage(() -> new GgufWriter().tensor("t", tensor(0, 32), BlockFormat.Q4_K), "cannot write Q4_K", "tensor \"t\"");
        assertMessage(() -> new GgufWriter().tensor("t", tensor(0, 33), BlockFormat.Q8_0), "a row is not a whole number of blocks");
        GgufWriter nan = new GgufWriter().tensor("t", HostArray.of(new float[] {Float.NaN}), BlockFormat.F16);
        assertMessage(() -> nan.write(folder.resolve("nan.gguf")), "a number does not fit F16", "\"t\" holds NaN");
        assertFalse(Files.exists(folder.resolve("nan.gguf")));
    }

    private static HostArray tensor(int k, int... dims) {
        int size = 1;
        for (int d : dims) size *= d;
        float[] values = new float[size];
        for (int i = 0; i < size; i++) values[i] = ((i * 7 + k * 3) % 23 - 11) / 8f;
        return HostArray.of(values, dims);
    }
}
