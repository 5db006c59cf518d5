package tunebook.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;

/// Reads the real 270M file named by the system property `tunebook.gguf` or the environment variable `TUNEBOOK_GGUF`.
@Tag("model")
class GgufModelTest {
    @Test
    void everyTensorOfARealFileHasTheBitsThatTheGgufPackageReads() throws IOException {
        String path = System.getProperty("tunebook.gguf", System.getenv().getOrDefault("TUNEBOOK_GGUF", ""));
        assumeTrue(!path.isEmpty() && Files.exists(Path.of(path)), "set TUNEBOOK_GGUF to gemma-3-270m-q4_k_m.gguf");
        JsonNode golden = new ObjectMapper().readTree(GoldenTensors.FOLDER.resolve("gemma-3-270m-q4_k_m.json").toFile()).get("tensors");
        try (Gguf file = Gguf.open(Path.of(path))) {
            assertEquals(golden.size(), file.names().size());
            assertEquals(262144, file.metadata().strings("tokenizer.ggml.tokens").size());
            for (Map.Entry<String, JsonNode> e : golden.properties()) assertSame(e.getKey(), e.getValue(), file);
        }
    }

    private static void assertSame(String name, JsonNode golden, Gguf file) {
        assertEquals(golden.get(0).textValue(), file.tensor(name).typeName(), name);
        HostArray array = file.get(name, DType.F32);
        assertEquals(golden.get(1).toString().replace(",", ", "), array.shape().toString(), name);
        double sum = 0, absolute = 0;
        long bits = 0;
        for (long i = 0; i < array.size(); i++) {
            float v = array.bytes().getAtIndex(ValueLayout.JAVA_FLOAT, i);
            sum += v;
            absolute += Math.abs(v);
            bits += Integer.toUnsignedLong(Float.floatToRawIntBits(v));
        }
        assertEquals(golden.get(4).bigIntegerValue().longValue(), bits, name);
        assertEquals(golden.get(2).doubleValue(), sum, absolute * 1e-12, name);
        float[] first = new float[4];
        for (int i = 0; i < 4; i++) first[i] = array.getFloat(i);
        float[] want = {golden.get(3).get(0).floatValue(), golden.get(3).get(1).floatValue(), golden.get(3).get(2).floatValue(), golden.get(3).get(3).floatValue()};
        assertArrayEquals(want, first, name);
    }
}
