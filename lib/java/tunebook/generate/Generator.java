package tunebook.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.slf4j.LoggerFactory;
import tunebook.engine.Buffer;
import tunebook.graph.Graph;
import tunebook.model.LanguageModel;
import tunebook.model.ModelProgram;
import tunebook.tensor.HostArray;
import tunebook.tensor.TunebookException;

/// Generates text: all prompts of a batch in one pass without padding, then one token for every row at a time over a key/value cache.
///
/// Programs are compiled for a few sizes (prompt tokens, cache slots) and kept while this is open, and so are weights in the form that decoding takes:
/// adapters joined with theirs. An interrupt of the thread ends generation after
/// the token it is at and gives what there is. [#close] frees programs and copies.
public final class Generator implements AutoCloseable {
    private final LanguageModel model;
    private final int rows;
    private final Map<String, ModelProgram> programs = new HashMap<>();
    /// What [DecodeGraphs#once] gives, and the trainable parameters that it was made of.
    private final Map<String, Buffer> shared = new HashMap<>();
    private Optional<List<Buffer>> sharedOf = Optional.empty();

    /// @param rows prompts generated together
    public Generator(LanguageModel model, int rows) {
        if (rows < 1) throw TunebookException.of("Generator", "rows is below 1", "" + rows, "give 1 or more");
        this.model = model;
        this.rows = rows;
    }

    /// The continuation of one prompt of token ids, greedily, until one of `stops` or `maxTokens` tokens.
    public Generated generate(int[] prompt, int maxTokens, Set<Integer> stops) {
        return generate(List.of(prompt), maxTokens, stops, Sampling.GREEDY, (_, _) -> {}).getFirst();
    }

    /// Greedy continuations of all prompts, in their order.
    public List<Generated> generate(List<int[]> prompts, int maxTokens, Set<Integer> stops) {
        return generate(prompts, maxTokens, stops, Sampling.GREEDY, (_, _) -> {});
    }

    /// Continuations of all prompts, in their order; prompts of like length are generated together. Draws depend on the seed and on a prompt's index,
    /// not on what else is in its batch. After an interrupt (the thread stays interrupted) prompts not yet begun have no tokens.
    ///
    /// @param onToken told of each new token: the prompt's index and the token id
    public List<Generated> generate(List<int[]> prompts, int maxTokens, Set<Integer> stops, Sampling sampling, BiConsumer<Integer, Integer> onToken) {
        if (maxTokens < 1) throw TunebookException.of("Generator.generate", "maxTokens is below 1", "" + maxTokens, "give 1 or more");
        for (int i = 0; i < prompts.size(); i++) check(prompts.get(i), i);
        model.promptFrame().flatMap(f -> f.spacing(prompts, model.tokenizer())).ifPresent(w -> LoggerFactory.getLogger(Generator.class).warn("Generator.generate: {}", w));
        List<Integer> order = IntStream.range(0, prompts.size()).boxed().sorted(Comparator.comparingInt(i -> prompts.get(i).length)).toList();
        if (maxTokens > 1) share();
        Generated[] out = new Generated[prompts.size()];
        for (int at = 0; at < order.size(); at += rows) {
            List<Integer> group = order.subList(at, Math.min(at + rows, order.size()));
            Decoding d = new Decoding(group.stream().map(prompts::get).toList(), group, maxTokens, stops, sampling, onToken);
            List<Generated> done = d.run();
            for (int i = 0; i < group.size(); i++) out[group.get(i)] = done.get(i);
        }
        return List.of(out);
    }

    private void check(int[] prompt, int index) {
        if (prompt.length == 0)
            throw TunebookException.of("Generator.generate", "a prompt without tokens", "prompt " + index, "start it with the beginning-of-sequence token");
        int vocabulary = model.network().vocabSize();
        for (int t : prompt)
            if (t < 0 || t >= vocabulary)
                throw TunebookException.of("Generator.generate", "a token is outside the model's vocabulary", "token " + t + " of prompt " + index + ", vocabulary of "
                    + vocabulary, "encode it with the model's own tokenizer");
    }

    private DecodeGraphs graphs(int slots, boolean greedy) {
        return new DecodeGraphs(model, rows, slots, greedy, model.session().streamsDots());
    }

    private ModelProgram program(String name, Supplier<Graph> graph) {
        return programs.computeIfAbsent(name, _ -> ModelProgram.compile(model, graph.get()));
    }

    /// Computes what decoding shares, where a parameter has changed since.
    private void share() {
        Optional<List<Buffer>> now = Optional.of(model.trainable().stream().map(model::buffer).toList());
        if (now.equals(sharedOf)) return;
        unshare();
        Graph once = graphs(1, true).once();
        if (!once.outputs().isEmpty()) shared.putAll(program("once", () -> once).run(Map.of()));
        sharedOf = now;
    }

    private void unshare() {
        shared.values().forEach(Buffer::close);
        shared.clear();
        sharedOf = Optional.empty();
    }

    private static int roundUp(int n, int multiple) {
        return Math.ceilDiv(n, multiple) * multiple;
    }

    @Override
    public void close() {
        unshare();
        programs.values().forEach(ModelProgram::close);
        programs.clear();
    }

    /// One batch on its way.
    private final class Decoding {
        private final List<int[]> prompts;
        private final List<Integer> indices;
        private final int maxTokens;
        private final Set<Integer> stops;
        private final BiConsumer<Integer, Integer> onToken;
        private final List<Sampler> samplers;
        private final boolean greedy;
        private final int longest;
        private final int slots;
        private final List<List<Integer>> made = new ArrayList<>();
        private final boolean[] stopped;
        private Map<String, Buffer> state = new LinkedHashMap<>();

        Decoding(List<int[]> prompts, List<Integer> indices, int maxTokens, Set<Integer> stops, Sampling sampling, BiConsumer<Integer, Integer> onToken) {
            this.prompts = prompts;
            this.indices = indices;
            this.maxTokens = maxTokens;
            this.stops = stops;
            this.onToken = onToken;
            this.greedy = sampling.isGreedy();
            this.samplers = indices.stream().map(i -> new Sampler(sampling, i)).toList();
            this.longest = roundUp(prompts.stream().mapToInt(p -> p.length).max().orElse(1), 128);
            this.slots = roundUp(longest + maxTokens, 128);
            this.stopped = new boolean[prompts.size()];
            prompts.forEach(_ -> made.add(new ArrayList<>()));
        }

        List<Generated> run() {
            boolean interrupted = Thread.currentThread().isInterrupted();
            if (interrupted) return IntStream.range(0, prompts.size()).mapToObj(i -> result(i, true)).toList();
            try {
                int[] next = prefill();
                take(next);
                interrupted = Thread.currentThread().isInterrupted();
                ModelProgram decode = program("decode " + slots + " " + greedy, () -> graphs(slots, greedy).decode());
                for (int t = 1; t < maxTokens && !allStopped() && !interrupted; t++) {
                    take(next = step(decode, next, t - 1));
                    interrupted = Thread.currentThread().isInterrupted();
                }
            } finally {
                state.values().forEach(Buffer::close);
            }
            boolean cut = interrupted;
            return IntStream.range(0, prompts.size()).mapToObj(i -> result(i, cut)).toList();
        }

        private Generated result(int i, boolean interrupted) {
            int[] tokens = made.get(i).stream().mapToInt(Integer::intValue).toArray();
            Generated.Finish finish = stopped[i] ? Generated.Finish.STOP_TOKEN : interrupted ? Generated.Finish.INTERRUPTED : Generated.Finish.MAX_TOKENS;
            return new Generated(tokens, model.tokenizer(), finish);
        }

        private boolean allStopped() {
            for (boolean s : stopped) if (!s) return false;
            return true;
        }

        private void take(int[] next) {
            for (int i = 0; i < prompts.size(); i++) {
                if (stopped[i]) continue;
                made.get(i).add(next[i]);
                onToken.accept(indices.get(i), next[i]);
                stopped[i] = stops.contains(next[i]);
            }
        }

        private int[] prefill() {
            int total = prompts.stream().mapToInt(p -> p.length).sum();
            int capacity = total <= 256 ? roundUp(total, 64) : roundUp(total, 512);
            int[] tokens = new int[capacity];
            int[] positions = new int[capacity];
            int[] segments = new int[capacity];
            int[] sources = new int[rows * slots];
            int[] held = new int[rows * slots];
            Arrays.fill(held, -1);
            int[] last = new int[rows];
            int at = 0;
            for (int r = 0; r < prompts.size(); r++) {
                for (int i = 0; i < prompts.get(r).length; i++, at++) {
                    tokens[at] = prompts.get(r)[i];
                    positions[at] = i;
                    segments[at] = r + 1;
                    sources[r * slots + i] = at;
                    held[r * slots + i] = i;
                }
                last[r] = at - 1;
            }
            for (int i = at; i < capacity; i++) positions[i] = i - at;
            ModelProgram program = program("prefill " + capacity + " " + slots, () -> graphs(slots, greedy).prefill(capacity));
            int[] next = call(program, true, Map.of("tokens", put(tokens), "positions", put(positions), "segments", put(segments), "sources", put(sources), "last", put(last)));
            state.put("slot_positions", model.session().put(HostArray.of(held, rows, slots), "key/value cache"));
            return next;
        }

        private int[] step(ModelProgram decode, int[] tokens, int made) {
            int[] ids = Arrays.copyOf(tokens, rows);
            int[] positions = new int[rows];
            for (int i = 0; i < prompts.size(); i++) positions[i] = prompts.get(i).length + made;
            HostArray slot = HostArray.scalar(longest + made);
            return call(decode, false, Map.of("tokens", put(ids), "positions", put(positions), "slot", model.session().put(slot, "step")));
        }

        /// Runs `program` with the cache and `in`, keeps the new cache and chooses each row's next token.
        ///
        /// @param check whether logits that are not finite are looked for; a broken model's are so from the first token on
        private int[] call(ModelProgram program, boolean check, Map<String, Buffer> in) {
            Map<String, Buffer> all = new HashMap<>(shared);
            all.putAll(state);
            all.putAll(in);
            Map<String, Buffer> out;
            try {
                out = new LinkedHashMap<>(program.run(all));
            } finally {
                in.values().forEach(Buffer::close);
            }
            try (Buffer logits = out.remove("logits"); Buffer next = out.remove("next")) { // decoding gives one of them
                state = out;
                if (greedy && !check) return next.toHost().toInts();
                float[] values = logits.toHost().toFloats();
                if (check) checkFinite(values, logits.shape().dim(1));
                if (greedy) return next.toHost().toInts();
                int vocabulary = logits.shape().dim(1);
                return IntStream.range(0, rows).map(r -> r < samplers.size()
                    ? samplers.get(r).draw(Arrays.copyOfRange(values, r * vocabulary, (r + 1) * vocabulary)) : 0).toArray();
            }
        }

        private void checkFinite(float[] logits, int vocabulary) {
            for (int i = 0; i < prompts.size() * vocabulary; i++)
                if (!Float.isFinite(logits[i]))
                    throw TunebookException.of("Generator.generate", "the logits are not finite", logits[i] + " for token " + i % vocabulary + " after prompt " + indices.get(i / vocabulary),
                        "look for numbers in the model that are not finite: load it again, or take an earlier checkpoint");
        }

        private Buffer put(int[] values) {
            return model.session().put(HostArray.of(values), "step");
        }
    }
}
