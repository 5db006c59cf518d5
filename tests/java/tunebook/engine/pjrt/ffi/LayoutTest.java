package tunebook.engine.pjrt.ffi;

import static org.junit.jupiter.api.Assertions.*;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Our layouts against what a C compiler makes of the header (tests/golden/pjrt/layout.py).
class LayoutTest {
    private final Map<String, Long> functions = new LinkedHashMap<>();
    private final Map<String, Long> sizes = new HashMap<>();
    private final Map<String, long[]> fields = new HashMap<>();

    LayoutTest() throws IOException {
        try (InputStream in = LayoutTest.class.getResourceAsStream("/golden/pjrt/layout.txt")) {
            String struct = "";
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                String[] w = line.split(" ");
                switch (w[0]) {
                    case "function" -> functions.put(w[1], Long.valueOf(w[2]));
                    case "struct" -> sizes.put(struct = w[1], Long.valueOf(w[2]));
                    default -> fields.put(struct + "." + w[1], new long[] {Long.parseLong(w[2]), Long.parseLong(w[3])});
                }
            }
        }
    }

    @Test
    void functionsStandWhereTheCompilerPutsThem() {
        assertEquals(List.copyOf(functions.keySet()), List.of(Function.values()).stream().map(Function::cName).toList());
        for (Function f : Function.values()) assertEquals(functions.get(f.cName()), f.tableOffset(), f.cName());
    }

    @Test
    void argumentStructsAreLaidOutAsTheCompilerDoes() {
        int compared = 0;
        for (Function f : Function.values()) {
            Struct struct = f.arguments();
            if (!struct.fieldNames().isEmpty()) assertSame(struct);
            compared += struct.fieldNames().size();
        }
        assertTrue(compared > 100, compared + " fields compared");
    }

    @Test
    void programsAndExecuteOptionsAreLaidOutAsTheCompilerDoes() {
        assertSame(Structs.PROGRAM);
        assertSame(Structs.EXECUTE_OPTIONS);
    }

    @Test
    void theTiledLayoutIsTheUnionsFirstMember() {
        assertEquals(sizes.get("PJRT_Buffer_MemoryLayout_Tiled"), Structs.TILED_SIZE);
        long start = Structs.TILED_LAYOUT.offset("tiled_size");
        assertEquals(16, start);
        for (String field : List.of("minor_to_major", "minor_to_major_size", "tile_dims", "tile_dim_sizes", "num_tiles"))
            assertEquals(fields.get("PJRT_Buffer_MemoryLayout_Tiled." + field)[0], Structs.TILED_LAYOUT.offset(field) - start, field);
        assertEquals(sizes.get("PJRT_Buffer_MemoryLayout"), Structs.TILED_LAYOUT.size());
    }

    private void assertSame(Struct struct) {
        assertEquals(sizes.get(struct.name()), struct.size(), struct.name());
        for (String name : struct.fieldNames()) {
            long[] c = fields.get(struct.name() + "." + name);
            assertNotNull(c, struct.name() + " has no " + name);
            assertEquals(c[0], struct.offset(name), struct.name() + "." + name);
            assertEquals(c[1], struct.field(name).bytes(), struct.name() + "." + name);
        }
    }

    @Test
    void namedValuesComeBackAsTheyWereWritten() {
        var options = new LinkedHashMap<String, Object>();
        options.put("text", "카카오");
        options.put("empty", "");
        options.put("number", -7L);
        options.put("list", List.of(1L, 2L, 1L));
        options.put("fraction", 0.9f);
        options.put("flag", true);
        try (Arena arena = Arena.ofConfined()) {
            assertEquals(options, NamedValues.read(NamedValues.write(arena, options).address(), options.size()));
        }
    }

    @Test
    void aWrongFieldNameOrWidthIsRefused() {
        try (Arena arena = Arena.ofConfined()) {
            Fields fields = Structs.PROGRAM.in(arena);
            assertThrows(IllegalArgumentException.class, () -> fields.set("kode", 1L));
            assertThrows(IllegalArgumentException.class, () -> fields.set("code", 1));
        }
    }
}
