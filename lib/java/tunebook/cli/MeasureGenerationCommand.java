package tunebook.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tunebook.check.PeakMemory;
import tunebook.data.ChatData;
import tunebook.data.ExampleBuilder;
import tunebook.data.Row;
import tunebook.engine.Session;
import tunebook.gemma.FunctionGemma;
import tunebook.gemma.Gemma3;
import tunebook.generate.Generator;
import tunebook.generate.Sampling;
import tunebook.nn.Precision;

/// The project's side of `./tunebook bench generate`: prefill, decoding and an evaluation's generation, as one line of JSON with the fields that the
/// peer prints.
@Command(name = "measure-generation", description = "Speed of prefill, decoding and an evaluation; one JSON line (./tunebook bench generate compares)")
final class MeasureGenerationCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    /// Rows of an evaluation that are generated together.
    private static final int TOGETHER = 16;

    @Spec private CommandSpec spec;
    @Option(names = "--model", description = "model folder or .gguf; made with random weights of the 270M's shape where it is not there", required = true) private Path model;
    @Option(names = "--tokenizer", description = "tokenizer for a model that is made", defaultValue = "data/tiny-functiongemma") private Path tokenizer;
    @Option(names = "--data", description = "rows of the evaluation", defaultValue = "data/phone-actions/eval.jsonl") private Path data;
    @Option(names = "--prompts", description = "the evaluation's prompts as lines of token ids, written for the peer", required = true) private Path prompts;
    @Option(names = "--rows", description = "rows of the evaluation; 0: none", defaultValue = "300") private int rows;
    @Option(names = "--answer", description = "tokens generated for each of them", defaultValue = "48") private int answer;
    @Option(names = "--prompt", description = "tokens of a prompt for prefill and decoding", defaultValue = "512") private int prompt;
    @Option(names = "--tokens", description = "tokens generated after it", defaultValue = "64") private int tokens;
    @Option(names = "--repeats", description = "of each measurement; the best counts", defaultValue = "3") private int repeats;
    @Option(names = "--precision", description = "MIXED or F32", defaultValue = "MIXED") private Precision precision;

    @Override
    public Integer call() throws JsonProcessingException {
        RandomModel.makeIfMissing(model, tokenizer, RandomModel.LAYERS);
        Map<String, Object> figures = new LinkedHashMap<>(Map.of("peer", "tunebook", "dtype", precision == Precision.F32 ? "f32" : "bf16"));
        try (Session session = Session.open(); Gemma3 loaded = Gemma3.load(model, session, precision); Gemma3 spoken = loaded.withTemplate(new FunctionGemma())) {
            for (int batch : new int[] {1, 8}) figures.putAll(speed(spoken, batch));
            if (rows > 0) figures.putAll(evaluation(spoken));
        }
        figures.put("peak_rss_gb", rounded(PeakMemory.bytes().orElse(0) / 1e9));
        spec.commandLine().getOut().println(JSON.writeValueAsString(figures));
        return 0;
    }

    /// Prefill: from the call to the first token. Decoding: from there to the last. The first call compiles and is left out.
    private Map<String, Object> speed(Gemma3 spoken, int batch) {
        List<int[]> given = new ArrayList<>();
        for (int row = 0; row < batch; row++) given.add(words(row, spoken.network().vocabSize()));
        double prefill = 0;
        double decode = 0;
        try (Generator generator = new Generator(spoken, batch)) {
            for (int i = 0; i <= repeats; i++) {
                List<Long> told = new ArrayList<>();
                long start = System.nanoTime();
                generator.generate(given, tokens, Set.of(), Sampling.GREEDY, (_, _) -> told.add(System.nanoTime()));
                if (i == 0) continue;
                prefill = Math.max(prefill, batch * prompt / seconds(start, told.getFirst()));
                decode = Math.max(decode, batch * (tokens - 1) / seconds(told.getFirst(), told.getLast()));
            }
        }
        return Map.of("prefill_" + batch, rounded(prefill), "decode_" + batch, rounded(decode));
    }

    /// Tokens that the peer makes by the same rule.
    private int[] words(int row, int vocabulary) {
        int[] out = new int[prompt];
        for (int i = 0; i < prompt; i++) out[i] = i == 0 ? 2 : 5 + (int) ((row * 7919L + i * 104_729L) % (vocabulary - 5));
        return out;
    }

    private Map<String, Object> evaluation(Gemma3 spoken) {
        ExampleBuilder builder = new ExampleBuilder(spoken.tokenizer(), spoken.template());
        List<int[]> asked = ChatData.read(data).stream().limit(rows).map(row -> builder.prompt((Row.Conversation) row)).toList();
        write(asked);
        try (Generator generator = new Generator(spoken, TOGETHER)) {
            long start = System.nanoTime();
            generator.generate(asked, answer, Set.of());
            double seconds = seconds(start, System.nanoTime());
            return Map.of("evaluation_rows", asked.size(), "evaluation_s", rounded(seconds), "evaluation_prompt_tokens", asked.stream().mapToInt(p -> p.length).sum());
        }
    }

    private void write(List<int[]> asked) {
        try {
            Files.write(prompts, asked.stream().map(Arrays::toString).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double seconds(long from, long to) {
        return (to - from) / 1e9;
    }

    private static double rounded(double x) {
        return Double.parseDouble(String.format(Locale.ROOT, "%.3f", x));
    }
}
