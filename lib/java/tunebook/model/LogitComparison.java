package tunebook.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tunebook.data.Batch;
import tunebook.data.ChatMessage;
import tunebook.data.Example;
import tunebook.engine.Buffer;
import tunebook.engine.Compiled;
import tunebook.engine.Session;
import tunebook.graph.Graph;
import tunebook.graph.StableHlo;
import tunebook.graph.Tensor;
import tunebook.nn.Compute;
import tunebook.nn.FlatAttention;
import tunebook.nn.Modules;
import tunebook.nn.Weights;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;

/// How far the logits of one model are from another's, over every token of some prompts.
///
/// Both compute in F32, whatever they compute in otherwise: what differs is their weights.
///
/// @param prompts      how many prompts
/// @param tokens       tokens of all prompts, each of which has logits over the whole vocabulary
/// @param maxLogit     the largest difference of two logits
/// @param meanKl       mean over the tokens of KL(first ‖ second), in nats
/// @param maxKl        the largest of them
/// @param sameTopToken share of the tokens at which both hold the same next token for the likeliest
public record LogitComparison(int prompts, int tokens, double maxLogit, double meanKl, double maxKl, double sameTopToken) {
    /// Longer prompts are cut here.
    private static final int LONGEST = 64;

    /// The 32 prompts that exports are checked on (English, Korean and other languages, code, numbers, commands) as `model` is asked them: in its own
    /// chat format where that has a place for them.
    public static List<int[]> prompts(LanguageModel model) {
        try (InputStream in = LogitComparison.class.getResourceAsStream("/tunebook/model/prompts.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().map(text -> tokens(model, text)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // it is part of the jar
        }
    }

    private static int[] tokens(LanguageModel model, String text) {
        String asked;
        try {
            asked = model.template().render(List.of(ChatMessage.user(text)), List.of(), true);
        } catch (TunebookException e) {
            asked = model.tokenizer().bosToken().orElse("") + text;
        }
        int[] tokens = model.tokenizer().encode(asked);
        return Arrays.copyOf(tokens, Math.min(tokens.length, LONGEST));
    }

    /// Compares two models of one vocabulary on one session.
    public static LogitComparison of(LanguageModel first, LanguageModel second, List<int[]> prompts) {
        Session session = first.session();
        Tensor.Type logits = new Tensor.Type(DType.F32, Shape.of(LONGEST, first.network().vocabSize()));
        double[] sums = new double[4];
        int count = 0;
        try (ModelProgram a = ModelProgram.compile(first, logits(first)); ModelProgram b = ModelProgram.compile(second, logits(second));
             Compiled distance = session.compile(StableHlo.emit(distance(logits)))) {
            for (int[] prompt : prompts) {
                Batch batch = Batch.of(List.of(new Example(prompt, new boolean[prompt.length])), LONGEST, 1);
                try (Buffer x = run(a, session, batch); Buffer y = run(b, session, batch)) {
                    add(sums, distance.run(List.of(x, y)), prompt.length);
                }
                count += prompt.length;
            }
        }
        return new LogitComparison(prompts.size(), count, sums[0], sums[1] / count, sums[2], sums[3] / count);
    }

    /// The forward pass over one document in F32.
    private static Graph logits(LanguageModel model) {
        Graph g = new Graph("logits");
        Tensor tokens = g.parameter("tokens", DType.I32, Shape.of(LONGEST));
        Tensor positions = g.parameter("positions", DType.I32, Shape.of(LONGEST));
        Tensor segments = g.parameter("segments", DType.I32, Shape.of(LONGEST));
        Modules m = model.modules(new Weights(g, Compute.F32, Map.of(), model::type), Optional.empty());
        g.output("logits", model.network().logits(m, model.network().hidden(m, tokens, positions, new FlatAttention(m.compute(), segments, positions), false)));
        return g;
    }

    private static Buffer run(ModelProgram program, Session session, Batch batch) {
        try (Buffer t = session.put(batch.tokens()); Buffer p = session.put(batch.positions()); Buffer s = session.put(batch.segments())) {
            return program.run(Map.of("tokens", t, "positions", p, "segments", s)).get("logits");
        }
    }

    /// For each token: the largest difference, KL(a ‖ b), and 1 where the likeliest token is the same.
    private static Graph distance(Tensor.Type logits) {
        Graph g = new Graph("distance");
        Tensor a = g.parameter("a", logits.dtype(), logits.shape());
        Tensor b = g.parameter("b", logits.dtype(), logits.shape());
        Tensor difference = a.sub(b);
        Tensor la = logSoftmax(a);
        Tensor kl = la.exp().mul(la.sub(logSoftmax(b))).sum(1);
        Tensor same = top(a).and(top(b)).to(DType.F32).max(1);
        g.output("logit", difference.max(difference.neg()).max(1));
        g.output("kl", kl);
        g.output("same", same);
        return g;
    }

    private static Tensor logSoftmax(Tensor x) {
        Tensor shifted = x.sub(top1(x));
        return shifted.sub(shifted.exp().sum(1).log().reshape(x.dim(0), 1));
    }

    private static Tensor top(Tensor x) {
        return x.ge(top1(x));
    }

    private static Tensor top1(Tensor x) {
        return x.max(1).reshape(x.dim(0), 1);
    }

    /// Adds a document's figures to the largest difference, the sum and the largest KL and the count of equal tokens.
    private static void add(double[] sums, List<Buffer> results, int tokens) {
        List<HostArray> figures = results.stream().map(Buffer::toHost).toList();
        results.forEach(Buffer::close);
        for (int t = 0; t < tokens; t++) {
            double kl = figures.get(1).getFloat(t);
            sums[0] = larger(sums[0], figures.get(0).getFloat(t));
            sums[1] += kl;
            sums[2] = larger(sums[2], kl);
            sums[3] += figures.get(2).getFloat(t);
        }
    }

    /// NaN stays.
    private static double larger(double a, double b) {
        return Double.isNaN(a) || a > b ? a : b;
    }
}
