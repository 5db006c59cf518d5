package tunebook.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static tunebook.io.SafeTensorsTest.assertMessage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.quant.BlockFormat;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;

class GgufTest {
    private static final Path SMALL = GoldenTensors.FOLDER.resolve("small.gguf");

    @TempDir
    Path folder;

    @Test
    void readsEveryTensorAsTheGgufPackageDoes() {
        try (Gguf file = Gguf.open(SMALL); SafeTensors expected = SafeTensors.open(GoldenTensors.FOLDER.resolve("small-gguf.safetensors"))) {
            assertEquals(3, file.version());
            assertEquals(expected.names().size() + 1, file.names().size());
            for (String name : expected.names()) {
                HostArray want = expected.get(name), got = file.get(name, DType.F32);
                assertEquals(want.shape(), got.shape(), name);
                assertEquals(-1, got.bytes().mismatch(want.bytes()), name);
            }
        }
    }

    @Test
    void shapesAreRowMajor() {
        try (Gguf file = Gguf.open(SMALL)) {
            assertEquals(Shape.of(2, 3, 5), file.tensor("f32").shape());
            assertEquals(Shape.of(4, 64), file.tensor("q8_0").shape());
            assertEquals(Optional.of(BlockFormat.Q8_0), file.tensor("q8_0").format());
        }
    }

    @Test
    void versionTwoHasTheSameLayout() throws IOException {
        byte[] bytes = Files.readAllBytes(SMALL);
        bytes[4] = 2;
        try (Gguf file = Gguf.open(write(bytes))) {
            assertEquals(2, file.version());
            assertEquals(7, file.get("norm", DType.BF16).size());
        }
    }

    @Test
    void metadataOfEveryTypeIsRead() {
        GgufMetadata m = small();
        assertEquals("gemma3", m.string("general.architecture"));
        assertEquals("글자 😀", m.string("test.string"));
        assertEquals(List.of(200, -100, 60000, -30000, -2000000000, 2),
            List.of(m.integer("test.uint8"), m.integer("test.int8"), m.integer("test.uint16"), m.integer("test.int16"), m.integer("test.int32"), m.integer("gemma3.block_count")));
        assertEquals(4000000000.0, m.number("test.uint32"));
        assertEquals(-1099511627776.0, m.number("test.int64"));
        assertEquals(0.5, m.number("test.float32"));
        assertEquals(0.1, m.number("test.float64"));
        assertTrue(m.bool("test.bool"));
        assertEquals(List.of("a", "", "둘", "\n"), m.strings("test.strings"));
        assertArrayEquals(new int[] {1, -2, 3}, m.ints("test.ints"));
        assertArrayEquals(new float[] {0.25f, -1.5f}, m.floats("test.floats"));
        assertArrayEquals(new boolean[] {true, false, true}, m.bools("test.bools"));
        assertTrue(m.contains("test.bools") && m.keys().contains("test.bools") && !m.contains("test"));
    }

    @Test
    void optionalMetadataIsEmptyWhereTheKeyIsMissing() {
        GgufMetadata m = small();
        assertEquals(Optional.of("gemma3"), m.findString("general.architecture"));
        assertEquals(Optional.of(2), m.findInteger("gemma3.block_count"));
        assertEquals(Optional.of(0.5), m.findNumber("test.float32"));
        assertEquals(Optional.of(true), m.findBool("test.bool"));
        assertEquals(4, m.findStrings("test.strings").orElseThrow().size());
        assertEquals(3, m.findInts("test.ints").orElseThrow().length);
        assertEquals(2, m.findFloats("test.floats").orElseThrow().length);
        assertEquals(3, m.findBools("test.bools").orElseThrow().length);
        assertTrue(m.findString("x").isEmpty() && m.findInteger("x").isEmpty() && m.findNumber("x").isEmpty() && m.findBool("x").isEmpty());
        assertTrue(m.findStrings("x").isEmpty() && m.findInts("x").isEmpty() && m.findFloats("x").isEmpty() && m.findBools("x").isEmpty());
    }

    @Test
    void metadataErrorsSayWhatIsThere() {
        GgufMetadata m = small();
        assertMessage(() -> m.integer("gemma3.blok_count"), "Gguf.metadata: no key \"gemma3.blok_count\"", "small.gguf has", "nearest: gemma3.block_count");
        assertMessage(() -> m.string("test.ints"), "\"test.ints\" is not a string", "an array of 3 i32");
        assertMessage(() -> m.strings("test.string"), "\"test.string\" is not an array of strings", "one string");
        assertMessage(() -> m.ints("test.floats"), "is not an array of whole numbers", "an array of 2 f32");
        assertMessage(() -> m.floats("test.ints"), "is not an array of floating-point numbers");
        assertMessage(() -> m.integer("test.bool"), "is not a whole number", "one bool");
        assertMessage(() -> m.number("test.string"), "is not a number");
        assertMessage(() -> m.bool("test.uint8"), "is not a truth value");
        assertMessage(() -> m.bools("test.ints"), "is not an array of truth values");
        assertMessage(() -> m.findString("test.ints"), "is not a string");
        assertMessage(() -> m.integer("test.uint32"), "a number is too large", "\"test.uint32\" of", "holds 4000000000");
        assertMessage(() -> m.integer("test.uint64"), "holds 9223372036854775809");
    }

    @Test
    void anUnreadableBlockTypeIsNamedWithItsTensor() throws IOException {
        try (Gguf file = Gguf.open(SMALL)) {
            assertMessage(() -> file.get("not_readable", DType.F32), "cannot read block type Q2_K", "tensor \"not_readable\"", "use a file with F32, F16, BF16, Q8_0");
        }
        try (Gguf file = Gguf.open(write(GgufBytes.header(3, 1, 0).tensor("new", 999, 0, 4).data(16).bytes()))) {
            assertEquals("number 999", file.tensor("new").typeName());
            assertMessage(() -> file.get("new", DType.F32), "unknown block type number 999", "tensor \"new\"", "use a file with F32");
        }
    }

    @Test
    void aMissingTensorIsAnErrorWithTheNearest() {
        try (Gguf file = Gguf.open(SMALL)) {
            assertFalse(file.contains("q8_1"));
            assertMessage(() -> file.get("q8_1", DType.F32), "no tensor is called \"q8_1\"", "nearest: q8_0");
        }
    }

    @Test
    void arraysAndMetadataOutliveTheFile() {
        Gguf file = Gguf.open(SMALL);
        HostArray array = file.get("f32", DType.F32);
        file.close();
        file.close();
        assertEquals(30, array.toFloats().length);
        assertEquals(4, file.metadata().strings("test.strings").size());
        assertMessage(() -> file.get("f32", DType.F32), "Gguf.get: the file is closed", "tensor \"f32\"");
    }

    @Test
    void aTruncatedFileIsAnErrorAtEveryLength() throws IOException {
        byte[] whole = Files.readAllBytes(SMALL);
        int lastTensorEnd = whole.length - 64;     // what follows at the very end is padding
        for (int n = 0; n < lastTensorEnd; n++) {
            Path file = write(Arrays.copyOf(whole, n));
            assertThrows(TunebookException.class, () -> Gguf.open(file), "length " + n);
        }
    }

    @Test
    void badHeadersAreNamed() {
        assertBad(new byte[] {'P', 'K', 3, 4}, "not a GGUF file", "check which file this is");
        assertBad(GgufBytes.header(1, 0, 0).bytes(), "unknown GGUF version 1", "versions 2 and 3 can be read");
        assertBad(GgufBytes.header(3 << 24, 0, 0).bytes(), "a big-endian GGUF file", "convert it to little-endian");
        assertBad(GgufBytes.header(3, 1L << 60, 0).bytes(), "the number of tensors is larger than the file", "1152921504606846976 at byte 8");
        assertBad(GgufBytes.header(3, 0, -1).bytes(), "the number of keys is larger than the file", "18446744073709551615");
        assertBad(GgufBytes.header(3, 0, 1).u64(1L << 40).data(64).bytes(), "the length of a key is larger than the file");
        assertBad(GgufBytes.header(3, 0, 1).string("k").u32(13).data(64).bytes(), "unknown type of value 13", "\"k\"");
        assertBad(GgufBytes.header(3, 0, 1).string("k").u32(9).u32(4).u64(1L << 62).data(64).bytes(), "the length of \"k\" is larger than the file");
        assertBad(GgufBytes.header(3, 0, 1).string("k").u32(9).u32(9).u64(1).u32(9).u64(1).u32(9).u64(1).u32(9).u64(1).u32(9).u64(1).data(64).bytes(), "arrays are nested too deeply");
        assertBad(GgufBytes.header(3, 0, 2).string("k").u32(4).u32(1).string("k").u32(4).u32(1).bytes(), "a key stands there twice", "\"k\"");
        assertBad(GgufBytes.header(3, 0, 1).u64(1).raw((byte) 0xff).u32(4).u32(1).bytes(), "a key is not UTF-8");
        assertBad(GgufBytes.header(3, 1, 1).string("general.alignment").u32(4).u32(0).tensor("t", 0, 0, 4).data(16).bytes(), "general.alignment is not a usable size");
    }

    @Test
    void badTensorsAreNamed() {
        assertBad(GgufBytes.header(3, 1, 0).tensor("t", 0, 0, 1, 1, 1, 1, 1).data(4).bytes(), "a tensor has too many axes", "\"t\" has 5");
        assertBad(GgufBytes.header(3, 1, 0).tensor("t", 0, 0, 1L << 31).data(4).bytes(), "a tensor's axis is too large", "\"t\": 2147483648");
        assertBad(GgufBytes.header(3, 1, 0).tensor("t", 0, 0, 1 << 30, 1 << 30, 1 << 30).data(4).bytes(), "a tensor is too large");
        assertBad(GgufBytes.header(3, 1, 0).tensor("t", 0, 0, 1 << 30).data(4).bytes(), "a tensor is larger than the file", "F32");
        assertBad(GgufBytes.header(3, 1, 0).tensor("t", 8, 0, 33).data(64).bytes(), "a tensor's row is not a whole number of blocks", "[33] in Q8_0");
        assertBad(GgufBytes.header(3, 1, 0).tensor("t", 0, 64, 4).data(16).bytes(), "a tensor lies outside the file", "\"t\" of 16 bytes at offset 64");
        assertBad(GgufBytes.header(3, 1, 0).tensor("t", 0, -32, 4).data(16).bytes(), "a tensor lies outside the file");
        assertBad(GgufBytes.header(3, 1, 0).tensor("t", 0, 4, 4).data(32).bytes(), "a tensor is not aligned", "offset 4, alignment 32");
        assertBad(GgufBytes.header(3, 2, 0).tensor("t", 0, 0, 16).tensor("u", 0, 32, 4).data(64).bytes(), "tensors overlap", "\"u\" begins at byte");
        assertBad(GgufBytes.header(3, 2, 0).tensor("t", 0, 0, 4).tensor("t", 0, 32, 4).data(64).bytes(), "a tensor stands there twice");
        assertBad(GgufBytes.header(3, 1, 0).tensor("t", 0, 0, 4).bytes(), "a tensor lies outside the file");
    }

    @Test
    void missingFilesAndFoldersAreErrors() {
        assertMessage(() -> Gguf.open(folder.resolve("nowhere.gguf")), "Gguf.open: no such file", "nowhere.gguf", "check the path");
        assertMessage(() -> Gguf.open(folder), "Gguf.open: not a file", folder.toString(), "name a file");
    }

    @Test
    void nestedArraysAreSteppedOver() throws IOException {
        byte[] bytes = GgufBytes.header(3, 0, 2).string("nested").u32(9).u32(9).u64(2).u32(8).u64(1).string("x").u32(4).u64(2).u32(1).u32(2)
            .string("after").u32(4).u32(7).bytes();
        try (Gguf file = Gguf.open(write(bytes))) {
            assertEquals(7, file.metadata().integer("after"));
            assertMessage(() -> file.metadata().strings("nested"), "is not an array of strings", "an array of 2 array");
        }
    }

    private void assertBad(byte[] bytes, String... parts) {
        Path file = folder.resolve("bad.gguf");
        AtomicFiles.write(file, bytes);
        assertMessage(() -> Gguf.open(file), parts);
        assertMessage(() -> Gguf.open(file), "Gguf.open: ", "bad.gguf");
    }

    private static GgufMetadata small() {
        try (Gguf file = Gguf.open(SMALL)) {
            return file.metadata();
        }
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("x.gguf"), bytes);
    }
}
