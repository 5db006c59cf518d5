package tunebook.gemma;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tunebook.engine.Session;
import tunebook.generate.Generator;
import tunebook.nn.Precision;

/// The real 270M (base), a GGUF file named by the environment variable `TUNEBOOK_GGUF`.
@Tag("model")
class RealGemmaTest {
    @Test
    void continuesAsTransformersDoes() {
        Path file = Path.of(Optional.ofNullable(System.getenv("TUNEBOOK_GGUF")).orElseThrow(() -> new IllegalStateException("set TUNEBOOK_GGUF to the 270M's GGUF file")));
        try (Gemma3 model = Gemma3.load(file, Session.open("cpu"), Precision.F32); Generator generator = new Generator(model, 1)) {
            int[] prompt = model.tokenizer().encode("<bos>The capital of France is");
            assertEquals(" the capital of the country of France. It is the largest", generator.generate(prompt, 12, Set.of(model.tokenizer().eos())).text());
        }
    }
}
