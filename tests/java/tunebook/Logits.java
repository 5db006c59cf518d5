package tunebook;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tunebook.data.Batch;
import tunebook.engine.Buffer;
import tunebook.engine.Session;
import tunebook.graph.Graph;
import tunebook.graph.Tensor;
import tunebook.model.LanguageModel;
import tunebook.model.ModelProgram;
import tunebook.nn.FlatAttention;
import tunebook.nn.Modules;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;

/// The logits of a model, for tests.
public final class Logits {
    private Logits() {}

    /// Logits of one document, [tokens, V].
    public static HostArray of(LanguageModel model, int[] tokens) {
        int n = tokens.length;
        Graph g = new Graph("logits");
        Tensor ids = g.parameter("tokens", DType.I32, Shape.of(n));
        Tensor positions = g.parameter("positions", DType.I32, Shape.of(n));
        Tensor segments = g.parameter("segments", DType.I32, Shape.of(n));
        Modules m = model.modules(ModelProgram.weights(model, g, Map.of()), Optional.empty());
        g.output("logits", model.network().logits(m, model.network().hidden(m, ids, positions, new FlatAttention(m.compute(), segments, positions), false)));
        Batch batch = Batch.of(List.of(TinyGemma.example(tokens, n)), n, 16);
        Session s = model.session();
        try (ModelProgram program = ModelProgram.compile(model, g); Buffer t = s.put(batch.tokens()); Buffer p = s.put(batch.positions());
             Buffer d = s.put(batch.segments()); Buffer out = program.run(Map.of("tokens", t, "positions", p, "segments", d)).get("logits")) {
            return out.toHost();
        }
    }

    /// The largest difference between two arrays of one size.
    public static double distance(HostArray a, HostArray b) {
        assertEquals(a.shape(), b.shape());
        double worst = 0;
        for (long i = 0; i < a.size(); i++) worst = Math.max(worst, Math.abs(a.getFloat(i) - b.getFloat(i)));
        return worst;
    }

    /// `rows`, a JSON array of arrays, as F32 [rows, columns].
    public static HostArray parse(JsonNode rows) {
        int columns = rows.get(0).size();
        float[] values = new float[rows.size() * columns];
        for (int i = 0; i < values.length; i++) values[i] = (float) rows.get(i / columns).get(i % columns).asDouble();
        return HostArray.of(values, rows.size(), columns);
    }
}
