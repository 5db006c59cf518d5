package tunebook.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import tunebook.io.GgufMetadata;
import tunebook.io.GgufWriter;
import tunebook.tensor.TunebookException;

/// Writes a model's tokenizer into a GGUF file.
///
/// Gemma's is written as llama.cpp's converter does from `tokenizer.model`: SentencePiece pieces with scores. A `tokenizer.json` has merges in their
/// place; a piece's score is where its first merge stands, and the merges that follow from the scores must be the file's own, one by one. A tokenizer
/// that llama.cpp has no way to run gets no vocabulary there (`tokenizer.ggml.model` is `none`), only its `tokenizer.json` as it is.
public final class GgufTokenizer {
    static final String JSON_KEY = "tokenizer.huggingface.json";
    private static final int NORMAL = 1, UNKNOWN = 2, CONTROL = 3, USER_DEFINED = 4, UNUSED = 5, BYTE = 6;
    private static final float ADDED_SCORE = -1000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private GgufTokenizer() {}

    /// Copies the tokenizer of another GGUF file, chat template included.
    public static void copy(GgufMetadata from, GgufWriter to) {
        from.keys().stream().filter(k -> k.startsWith("tokenizer.")).forEach(k -> to.copy(from, k));
    }

    /// Writes the tokenizer of a model folder, for an embedding of `rows` rows.
    ///
    /// @return why llama.cpp cannot run the tokenizer; empty where it can
    public static Optional<String> write(Path folder, int rows, GgufWriter to) {
        Path file = folder.resolve("tokenizer.json");
        byte[] text;
        JsonNode json;
        try {
            text = Files.readAllBytes(file);
            json = JSON.readTree(text);
        } catch (IOException e) {
            throw TunebookException.because(e, "GgufTokenizer", "the tokenizer cannot be read", file + " (" + e.getMessage() + ")", "restore the model's files");
        }
        NamedTokens named = NamedTokens.beside(file);
        Optional<String> fault = otherKind(json);
        if (fault.isEmpty()) fault = writePieces(json, named, rows, to);
        if (fault.isPresent()) to.string("tokenizer.ggml.model", "none").string(JSON_KEY, new String(text, StandardCharsets.UTF_8));
        Vocabulary vocabulary = Vocabulary.parse(text, file.toString());
        id(vocabulary, named.bos(), "bos", to);
        id(vocabulary, named.eos(), "eos", to);
        id(vocabulary, named.pad(), "padding", to);
        id(vocabulary, json.path("model").path("unk_token").asText("<unk>"), "unknown", to);
        to.bool("tokenizer.ggml.add_bos_token", true).bool("tokenizer.ggml.add_eos_token", false).bool("tokenizer.ggml.add_space_prefix", false);
        return fault;
    }

    private static void id(Vocabulary vocabulary, String token, String name, GgufWriter to) {
        vocabulary.id(token).ifPresent(id -> to.u32("tokenizer.ggml." + name + "_token_id", id));
    }

    /// What keeps a tokenizer from being SentencePiece's BPE with bytes, spaces as U+2581 and no splitting of words.
    private static Optional<String> otherKind(JsonNode json) {
        JsonNode model = json.path("model");
        if (!model.path("type").asText("BPE").equals("BPE") || !model.path("byte_fallback").asBoolean()) return Optional.of("its model is not BPE with bytes");
        JsonNode normalizer = json.path("normalizer");
        boolean spaces = normalizer.path("type").asText().equals("Replace") && normalizer.path("pattern").path("String").asText().equals(" ")
            && normalizer.path("content").asText().equals("\u2581");
        if (!spaces) return Optional.of("its normalizer is not the replacement of spaces");
        JsonNode pre = json.path("pre_tokenizer");
        boolean whole = pre.isMissingNode() || pre.isNull() || pre.path("type").asText().equals("Split") && pre.path("pattern").path("String").asText().equals(" ");
        return whole ? Optional.empty() : Optional.of("it splits texts in a way of its own before it merges");
    }

    private static Optional<String> writePieces(JsonNode json, NamedTokens named, int rows, GgufWriter to) {
        String[] pieces = new String[rows];
        int[] types = new int[rows];
        Arrays.fill(types, UNUSED);
        String unknown = json.path("model").path("unk_token").asText("<unk>");
        json.path("model").path("vocab").properties().forEach(e -> put(pieces, types, e.getValue().asInt(), e.getKey(), isByte(e.getKey()) ? BYTE : NORMAL));
        for (JsonNode a : json.path("added_tokens"))
            put(pieces, types, a.path("id").asInt(), a.path("content").asText(), a.path("special").asBoolean() ? CONTROL : USER_DEFINED);
        for (int i = 0; i < rows; i++) {
            if (pieces[i] == null) pieces[i] = "[PAD" + i + "]";
            if (pieces[i].equals(unknown)) types[i] = UNKNOWN;
        }
        List<List<String>> merges = merges(json.path("model").path("merges"));
        float[] scores = scores(pieces, types, merges);
        if (!follow(pieces, scores, types, named, unknown, merges)) return Optional.of("its merges do not follow from scores of its pieces");
        List<String> tokens = IntStream.range(0, rows).mapToObj(i -> types[i] == USER_DEFINED ? pieces[i].replace('\u2581', ' ') : pieces[i]).toList();
        to.string("tokenizer.ggml.model", "llama").string("tokenizer.ggml.pre", "default").strings("tokenizer.ggml.tokens", tokens)
            .floats("tokenizer.ggml.scores", scores).ints("tokenizer.ggml.token_type", types);
        return Optional.empty();
    }

    /// Tokens beyond the embedding's rows cannot occur.
    private static void put(String[] pieces, int[] types, int id, String piece, int type) {
        if (id >= pieces.length) return;
        pieces[id] = piece;
        types[id] = type;
    }

    private static boolean isByte(String piece) {
        return piece.matches("<0x[0-9A-F]{2}>");
    }

    /// Pairs; older files write them as one text with a space between.
    private static List<List<String>> merges(JsonNode merges) {
        List<List<String>> out = new ArrayList<>();
        for (JsonNode m : merges) out.add(m.isArray() ? List.of(m.get(0).asText(), m.get(1).asText()) : List.of(m.asText().split(" ", 2)));
        return out;
    }

    /// 0, -1, -2 … in the order of the first merges, then of the pieces that nothing merges to; bytes 0, added pieces -1000.
    private static float[] scores(String[] pieces, int[] types, List<List<String>> merges) {
        Map<String, Integer> first = new HashMap<>();
        for (int i = 0; i < merges.size(); i++) first.putIfAbsent(merges.get(i).get(0) + merges.get(i).get(1), i);
        float[] scores = new float[pieces.length];
        for (int i = 0; i < scores.length; i++) scores[i] = types[i] == BYTE ? 0 : ADDED_SCORE;
        int[] order = IntStream.range(0, pieces.length).filter(i -> types[i] == NORMAL).boxed()
            .sorted(Comparator.comparingInt((Integer i) -> first.getOrDefault(pieces[i], Integer.MAX_VALUE)).thenComparingInt(i -> i)).mapToInt(i -> i).toArray();
        for (int i = 0; i < order.length; i++) scores[order[i]] = -i;
        return scores;
    }

    private static boolean follow(String[] pieces, float[] scores, int[] types, NamedTokens named, String unknown, List<List<String>> merges) {
        double[] ranked = GgufVocabulary.ranked(scores, types);
        return new GgufVocabulary(List.of(pieces), ranked, types, named, unknown).merges().stream().map(m -> List.of(m.left(), m.right())).toList().equals(merges);
    }
}
