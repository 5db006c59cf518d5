package tunebook.gemma;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tunebook.TinyGemma;
import tunebook.data.Batch;
import tunebook.data.Example;
import tunebook.engine.Buffer;
import tunebook.engine.Session;
import tunebook.generate.Generator;
import tunebook.graph.Graph;
import tunebook.graph.Tensor;
import tunebook.model.ModelProgram;
import tunebook.nn.FlatAttention;
import tunebook.nn.Modules;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;

/// Against transformers, in F32.
class Gemma3ParityTest {
    /// The logits of every token of `documents`, packed end to end into `capacity` slots.
    private static HostArray logits(Gemma3 model, List<int[]> documents, int capacity) {
        List<Example> examples = documents.stream().map(t -> TinyGemma.example(t, t.length)).toList();
        Batch batch = Batch.of(examples, capacity, 16);
        Graph g = new Graph("logits");
        Tensor tokens = g.parameter("tokens", DType.I32, Shape.of(capacity));
        Tensor positions = g.parameter("positions", DType.I32, Shape.of(capacity));
        Tensor segments = g.parameter("segments", DType.I32, Shape.of(capacity));
        Modules m = model.modules(ModelProgram.weights(model, g, Map.of()), Optional.empty());
        int longest = documents.stream().mapToInt(t -> t.length).max().orElseThrow();
        Tensor hidden = model.network().hidden(m, tokens, positions, new FlatAttention(m.compute(), segments, positions), false);
        g.output("logits", model.network().logits(m, hidden));
        Session s = model.session();
        try (ModelProgram program = ModelProgram.compile(model, g); Buffer t = s.put(batch.tokens()); Buffer p = s.put(batch.positions());
             Buffer d = s.put(batch.segments()); Buffer out = program.run(Map.of("tokens", t, "positions", p, "segments", d)).get("logits")) {
            return out.toHost();
        }
    }

    private static void assertLogits(JsonNode expected, HostArray actual, int offset, int tokens) {
        double worst = 0;
        for (int i = 0; i < tokens; i++)
            for (int v = 0; v < 96; v++) worst = Math.max(worst, Math.abs(expected.get(i).get(v).asDouble() - actual.getFloat((offset + i) * 96L + v)));
        assertEquals(0, worst, 1e-4);
    }

    @Test
    void logitsMatchTransformersAtEveryPositionBeyondTheSlidingWindow() {
        JsonNode golden = TinyGemma.expected();
        int[] tokens = TinyGemma.ints(golden.get("tokens"));
        try (Gemma3 model = TinyGemma.load()) {
            assertLogits(golden.get("logits"), logits(model, List.of(tokens), 40), 0, 40);
        }
    }

    @Test
    void packedDocumentsHaveTheLogitsTheyHaveAlone() {
        JsonNode golden = TinyGemma.expected();
        int[] tokens = TinyGemma.ints(golden.get("tokens"));
        try (Gemma3 model = TinyGemma.load()) {
            HostArray packed = logits(model, List.of(Arrays.copyOf(tokens, 13), tokens, Arrays.copyOf(tokens, 29)), 512);
            assertLogits(golden.get("logits"), packed, 0, 13);
            assertLogits(golden.get("logits"), packed, 13, 40);
            assertLogits(golden.get("logits"), packed, 53, 29);
        }
    }

    @Test
    void greedyContinuationMatchesTransformersForRowsOfABatch() {
        JsonNode golden = TinyGemma.expected();
        int[] prompt = Arrays.copyOf(TinyGemma.ints(golden.get("tokens")), 12);
        int[] expected = TinyGemma.ints(golden.get("greedy"));
        try (Gemma3 model = TinyGemma.load(); Generator generator = new Generator(model, 3)) {
            int[] alone = generator.generate(prompt, 20, Set.of(1)).tokens();
            assertArrayEquals(expected, alone);
            int[] longer = Arrays.copyOf(TinyGemma.ints(golden.get("tokens")), 31);
            var rows = generator.generate(List.of(longer, prompt), 20, Set.of(1), tunebook.generate.Sampling.GREEDY, (_, _) -> {});
            assertArrayEquals(expected, rows.get(1).tokens());
        }
    }
}
