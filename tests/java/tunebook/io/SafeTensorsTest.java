package tunebook.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.tensor.HostArray;
import tunebook.tensor.TunebookException;

class SafeTensorsTest {
    private static final Map<String, String> PT = Map.of("format", "pt");

    @TempDir
    Path folder;

    @Test
    void readsEveryTensorThatPythonWrote() {
        try (SafeTensors file = SafeTensors.open(GoldenTensors.FOLDER.resolve("python.safetensors"))) {
            assertEquals(PT, file.metadata());
            assertHolds(GoldenTensors.all(), file);
        }
    }

    @Test
    void readsShardsThatPythonWrote() {
        try (SafeTensors file = SafeTensors.open(GoldenTensors.FOLDER.resolve("sharded"))) {
            assertHolds(GoldenTensors.all(), file);
        }
        try (SafeTensors file = SafeTensors.open(GoldenTensors.FOLDER.resolve("sharded/model.safetensors.index.json"))) {
            assertHolds(GoldenTensors.all(), file);
        }
    }

    @Test
    void writesTheSameBytesAsPython() throws IOException {
        Path file = folder.resolve("ours.safetensors");
        SafeTensors.write(file, GoldenTensors.all(), PT);
        assertArrayEquals(Files.readAllBytes(GoldenTensors.FOLDER.resolve("python.safetensors")), Files.readAllBytes(file));
        SafeTensors.write(file, Map.of("x", GoldenTensors.all().get("ids")), Map.of());
        assertArrayEquals(Files.readAllBytes(GoldenTensors.FOLDER.resolve("no-metadata.safetensors")), Files.readAllBytes(file));
    }

    @Test
    void writesTheSameShardsAsPython() throws IOException {
        SafeTensors.writeSharded(folder, GoldenTensors.all(), PT, 100);
        Path golden = GoldenTensors.FOLDER.resolve("sharded");
        assertEquals(fileNames(golden), fileNames(folder));
        ObjectMapper json = new ObjectMapper();
        for (String name : fileNames(golden)) {
            if (name.endsWith(".json")) assertEquals(json.readTree(golden.resolve(name).toFile()), json.readTree(folder.resolve(name).toFile()));
            else assertArrayEquals(Files.readAllBytes(golden.resolve(name)), Files.readAllBytes(folder.resolve(name)), name);
        }
    }

    @Test
    void oneShardIsOneFileAndAnEarlierSaveGoesAway() throws IOException {
        SafeTensors.writeSharded(folder, GoldenTensors.all(), PT, 100);
        Files.writeString(folder.resolve("config.json"), "{}");
        SafeTensors.writeSharded(folder, GoldenTensors.all(), PT, 1_000_000);
        assertEquals(new TreeSet<>(List.of("config.json", "model.safetensors")), fileNames(folder));
        try (SafeTensors file = SafeTensors.open(folder)) {
            assertHolds(GoldenTensors.all(), file);
        }
    }

    @Test
    void theOrderOfTheMapDoesNotChangeTheBytes() throws IOException {
        SafeTensors.write(folder.resolve("a"), GoldenTensors.all(), PT);
        SafeTensors.write(folder.resolve("b"), new HashMap<>(GoldenTensors.all()), PT);
        SafeTensors.write(folder.resolve("c"), new TreeMap<>(GoldenTensors.all()).reversed(), PT);
        assertEquals(-1, Files.mismatch(folder.resolve("a"), folder.resolve("b")));
        assertEquals(-1, Files.mismatch(folder.resolve("a"), folder.resolve("c")));
    }

    @Test
    void namesAndMetadataKeepEveryCharacter() {
        String odd = "a \"quoted\" \\ name\n\u0001 가중치 😀";
        SafeTensors.write(folder.resolve("odd"), Map.of(odd, HostArray.scalar(1f)), Map.of(odd, odd));
        try (SafeTensors file = SafeTensors.open(folder.resolve("odd"))) {
            assertEquals(List.of(odd), file.names());
            assertEquals(Map.of(odd, odd), file.metadata());
        }
    }

    @Test
    void tensorsAreReadOnlyViewsThatEndWithClose() {
        SafeTensors file = SafeTensors.open(GoldenTensors.FOLDER.resolve("python.safetensors"));
        HostArray view = file.get("ids");
        assertThrows(IllegalArgumentException.class, () -> view.bytes().set(ValueLayout.JAVA_BYTE, 0, (byte) 1));
        file.close();
        file.close();
        assertThrows(IllegalStateException.class, () -> view.getLong(0));
        assertMessage(() -> file.get("ids"), "SafeTensors.get: the checkpoint is closed", "tensor \"ids\"");
    }

    @Test
    void aMissingNameIsAnErrorWithTheNearest() {
        try (SafeTensors file = SafeTensors.open(GoldenTensors.FOLDER.resolve("python.safetensors"))) {
            assertTrue(file.contains("model.norm.weight"));
            assertFalse(file.contains("model.nrom.weight"));
            assertMessage(() -> file.get("model.nrom.weight"), "no tensor is called \"model.nrom.weight\"", "holds 12 tensors", "nearest: model.norm.weight");
        }
    }

    @Test
    void anEmptyCheckpointIsWell() {
        SafeTensors.write(folder.resolve("none"), Map.of(), Map.of());
        try (SafeTensors file = SafeTensors.open(folder.resolve("none"))) {
            assertEquals(List.of(), file.names());
        }
    }

    @Test
    void aTruncatedFileIsAnErrorAtEveryLength() throws IOException {
        byte[] whole = Files.readAllBytes(GoldenTensors.FOLDER.resolve("python.safetensors"));
        for (int n = 0; n < whole.length; n++) {
            Path file = folder.resolve("cut");
            Files.write(file, java.util.Arrays.copyOf(whole, n));
            TunebookException e = assertThrows(TunebookException.class, () -> SafeTensors.open(file), "length " + n);
            assertTrue(e.getMessage().contains("again"), e.getMessage());
        }
    }

    @Test
    void badHeadersAreNamed() {
        String f32 = "\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]";
        assertBad("not json", 0, "the header is not valid JSON");
        assertBad("[]", 0, "the header is not a JSON object");
        assertBad("{}{}", 0, "the header is not valid JSON");
        assertBad("{\"a\":{" + f32 + "},\"a\":{" + f32 + "}}", 4, "the header is not valid JSON", "Duplicate field 'a'");
        assertBad("{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[4],\"data_offsets\":[0,4]}}", 4, "unknown dtype F8_E4M3", "tensor \"a\"", "known are BOOL, U8");
        assertBad("{\"a\":{\"shape\":[4],\"data_offsets\":[0,4]}}", 4, "a tensor has no dtype");
        assertBad("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, "shape holds something other than a whole number");
        assertBad("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}}", 4, "shape holds something other than a whole number");
        assertBad("{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999],\"data_offsets\":[0,4]}}", 4, "shape holds something other than a whole number");
        assertBad("{\"a\":{\"dtype\":\"F32\",\"shape\":{},\"data_offsets\":[0,4]}}", 4, "shape is not a list");
        assertBad("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "a tensor's bytes do not fit its shape", "F32[2] with 4 bytes");
        assertBad("{\"a\":{\"dtype\":\"U8\",\"shape\":[2147483647,2147483647,2147483647,2147483647],\"data_offsets\":[0,1]}}", 1, "a tensor's bytes do not fit its shape");
        assertBad("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4, "data_offsets are not a begin and an end");
        assertBad("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}", 8, "data_offsets are not a begin and an end");
        assertBad("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}", 8, "data_offsets holds something other than a whole number from 0 to 8");
        assertBad("{\"a\":{" + f32 + "},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2,6]}}", 6, "tensors overlap or leave a gap", "\"b\" begins at");
        assertBad("{\"a\":{" + f32 + "}}", 8, "the tensors do not fill the file");
        assertBad("{\"__metadata__\":{\"a\":1}}", 0, "a value of __metadata__ is not a string");
        assertBad("{\"__metadata__\":[]}", 0, "__metadata__ is not an object");
    }

    @Test
    void aHeaderThatIsNotUtf8IsAnError() throws IOException {
        Path file = folder.resolve("latin");
        byte[] header = "{\"\u00e4\":{}}".getBytes(StandardCharsets.ISO_8859_1);
        Files.write(file, ByteBuffer.allocate(8 + header.length).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).put(header).array());
        assertMessage(() -> SafeTensors.open(file), "the header is not UTF-8", "latin");
    }

    @Test
    void anotherKindOfFileIsNotTakenForOne() throws IOException {
        Path file = folder.resolve("zip");
        Files.write(file, new byte[] {'P', 'K', 3, 4, 0, 0, 0, 1, 2, 3});
        assertMessage(() -> SafeTensors.open(file), "not a safetensors file, or a damaged one", "check which file this is");
    }

    @Test
    void missingFilesAndEmptyFoldersAreErrors() {
        assertMessage(() -> SafeTensors.open(folder.resolve("nowhere")), "SafeTensors.open: no such file", "nowhere", "check the path");
        assertMessage(() -> SafeTensors.open(folder), "the folder holds no checkpoint", "has neither model.safetensors nor model.safetensors.index.json");
    }

    @Test
    void badIndexesAreErrors() throws IOException {
        Path index = folder.resolve("model.safetensors.index.json");
        Files.writeString(index, "{\"weight_map\":{\"a\":\"../other.safetensors\"}}");
        assertMessage(() -> SafeTensors.open(folder), "a shard is not the name of a file beside the index", "\"a\" is in \"../other.safetensors\"");
        Files.writeString(index, "{\"weight_map\":{\"a\":\"missing.safetensors\"}}");
        assertMessage(() -> SafeTensors.open(folder), "no such file", "missing.safetensors");
        Files.writeString(index, "{}");
        assertMessage(() -> SafeTensors.open(folder), "the index has no weight_map");
        Files.writeString(index, "{");
        assertMessage(() -> SafeTensors.open(folder), "the index is not valid JSON");
        SafeTensors.write(folder.resolve("s1.safetensors"), Map.of("b", HostArray.scalar(1f)), Map.of());
        Files.writeString(index, "{\"weight_map\":{\"a\":\"s1.safetensors\"}}");
        assertMessage(() -> SafeTensors.open(folder), "a shard lacks a tensor that the index names", "\"a\" is not in", "s1.safetensors");
        SafeTensors.write(folder.resolve("s2.safetensors"), Map.of("a", HostArray.scalar(1f), "b", HostArray.scalar(1f)), Map.of());
        Files.writeString(index, "{\"weight_map\":{\"a\":\"s2.safetensors\",\"b\":\"s1.safetensors\"}}");
        assertMessage(() -> SafeTensors.open(folder), "two shards hold the same tensor", "\"b\" in");
    }

    @Test
    void aHeaderBeyondTheFormatsLimitIsNotWritten() {
        assertMessage(() -> SafeTensorsLayout.checkLength(Path.of("f"), 100_000_001), "the header is larger than the format allows", "f: 100000001 bytes", "less metadata");
    }

    @Test
    void filesOfAnEarlierSaveThatCannotBeRemovedAreAnError() throws IOException {
        Files.createDirectories(folder.resolve("model.safetensors.index.json/inside"));
        assertMessage(() -> SafeTensors.writeSharded(folder, GoldenTensors.all(), PT, 1_000_000), "those of an earlier save could not be removed", "remove them by hand");
        assertTrue(Files.exists(folder.resolve("model.safetensors")));
    }

    @Test
    void aTensorCannotTakeTheNameOfTheMetadata() {
        assertMessage(() -> SafeTensors.write(folder.resolve("x"), Map.of("__metadata__", HostArray.scalar(1f)), Map.of()), "a tensor may not be called __metadata__");
        assertFalse(Files.exists(folder.resolve("x")));
    }

    private void assertBad(String header, int dataBytes, String... parts) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        byte[] file = ByteBuffer.allocate(8 + text.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).put(text).array();
        Path path = folder.resolve("bad.safetensors");
        AtomicFiles.write(path, file);
        assertMessage(() -> SafeTensors.open(path), parts);
        assertMessage(() -> SafeTensors.open(path), "SafeTensors.open: ", "bad.safetensors");
    }

    static void assertMessage(org.junit.jupiter.api.function.Executable action, String... parts) {
        String message = assertThrows(TunebookException.class, action).getMessage();
        for (String part : parts) assertTrue(message.contains(part), () -> "\"" + part + "\" is not in: " + message);
        assertEquals(3, message.split(" — ", -1).length, message);
    }

    private static TreeSet<String> fileNames(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return new TreeSet<>(files.map(f -> f.getFileName().toString()).toList());
        }
    }

    private static void assertHolds(Map<String, HostArray> expected, SafeTensors file) {
        assertEquals(new TreeSet<>(expected.keySet()), new TreeSet<>(file.names()));
        int k = 0;
        for (Map.Entry<String, HostArray> e : expected.entrySet()) {
            HostArray got = file.get(e.getKey());
            assertEquals(e.getValue().dtype(), got.dtype(), e.getKey());
            assertEquals(e.getValue().shape(), got.shape(), e.getKey());
            for (int i = 0; i < got.size(); i++)
                assertEquals(GoldenTensors.value(got.dtype(), k, i), number(got, i), e.getKey() + "[" + i + "]");
            k++;
        }
    }

    private static double number(HostArray a, int i) {
        return a.dtype().isFloat() ? a.getFloat(i) : a.getLong(i);
    }
}
