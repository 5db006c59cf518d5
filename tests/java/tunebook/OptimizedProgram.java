package tunebook;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tunebook.engine.Compiled;
import tunebook.engine.MemoryStats;
import tunebook.engine.Session;
import tunebook.graph.Program;

/// A program as XLA runs it on this machine: its memory and its text.
public record OptimizedProgram(MemoryStats memory, String text) {
    /// Compiled with the text written to `folder`, which is another one each time: the cache knows no such program.
    public static OptimizedProgram of(Program program, Path folder) throws IOException {
        Map<String, Object> flags = Map.of("xla_cpu_enable_concurrency_optimized_scheduler", false, // as a session's default
            "xla_dump_to", folder.toString(), "xla_dump_hlo_as_text", true);
        try (Compiled compiled = Session.open("cpu").compile(program, flags); Stream<Path> files = Files.walk(folder)) {
            List<Path> texts = files.filter(f -> f.toString().endsWith("after_optimizations.txt")).toList();
            assertEquals(1, texts.size(), texts.toString());
            return new OptimizedProgram(compiled.memoryStats(), Files.readString(texts.getFirst()));
        }
    }
}
