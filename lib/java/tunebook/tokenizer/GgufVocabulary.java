package tunebook.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tunebook.io.GgufMetadata;
import tunebook.tensor.TunebookException;

/// The vocabulary in a GGUF file's metadata (tokenizer model `llama`: SentencePiece pieces with scores) as the text of
/// a `tokenizer.json`.
///
/// Such a file has no merges. They are rebuilt from the scores as transformers' `convert_slow_tokenizer.generate_merges`
/// does: every way to put a piece together from two others, best score first. Control and user-defined pieces count as
/// score
/// 0, which is what SentencePiece gave them: with the -1000 that GGUF writers put there, runs of spaces would be merged
/// last instead of first.
record GgufVocabulary(List<String> pieces, double[] scores, int[] types, NamedTokens named, String unknown) {
    private static final int UNKNOWN = 2, CONTROL = 3, USER_DEFINED = 4;

    /// Reads the `tokenizer.ggml.*` keys. Throws where the model is another one or the arrays differ in length.
    static GgufVocabulary of(GgufMetadata metadata) {
        refuseOtherKinds(metadata);
        List<String> tokens = metadata.strings("tokenizer.ggml.tokens");
        float[] scores = metadata.floats("tokenizer.ggml.scores");
        int[] types = metadata.ints("tokenizer.ggml.token_type");
        if (scores.length != tokens.size() || types.length != tokens.size())
            throw TunebookException.of("Tokenizer.fromGguf", "tokens, scores and types differ in number",
                tokens.size() + ", " + scores.length + " and " + types.length, "convert the model to GGUF again");
        List<String> pieces = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i++) {
            // Converters write user-defined runs of spaces as spaces, other pieces with U+2581.
            pieces.add(types[i] == USER_DEFINED ? tokens.get(i).replace(' ', '\u2581') : tokens.get(i));
        }
        var named = new NamedTokens(name(metadata, tokens, "bos", NamedTokens.GEMMA.bos()), name(metadata, tokens, "eos", NamedTokens.GEMMA.eos()),
            name(metadata, tokens, "padding", NamedTokens.GEMMA.pad()));
        return new GgufVocabulary(List.copyOf(pieces), ranked(scores, types), types, named, name(metadata, tokens, "unknown", "<unk>"));
    }

    /// The scores by which merges are ordered.
    static double[] ranked(float[] scores, int[] types) {
        return IntStream.range(0, scores.length).mapToDouble(i -> isAdded(types[i]) ? 0 : scores[i]).toArray();
    }

    private static void refuseOtherKinds(GgufMetadata metadata) {
        String model = metadata.string("tokenizer.ggml.model");
        if (!model.equals("llama"))
            throw TunebookException.of("Tokenizer.fromGguf", "the file's tokenizer is of another kind", '"' + model + "\", not \"llama\"",
                "give the tokenizer.json of the model this file was made from to Tokenizer.load");
        if (metadata.findBool("tokenizer.ggml.add_space_prefix").orElse(false))
            throw TunebookException.of("Tokenizer.fromGguf", "the file's tokenizer puts a space before every text", "tokenizer.ggml.add_space_prefix is true",
                "Gemma's does not: give the tokenizer.json of the model this file was made from to Tokenizer.load");
    }

    private static String name(GgufMetadata metadata, List<String> tokens, String which, String otherwise) {
        return metadata.findInteger("tokenizer.ggml." + which + "_token_id").filter(id -> id >= 0 && id < tokens.size()).map(tokens::get).orElse(otherwise);
    }

    private static boolean isAdded(int type) {
        return type == UNKNOWN || type == CONTROL || type == USER_DEFINED;
    }

    record Merge(String left, String right, double score, int leftLength, int rightLength) {}

    /// All merges, first the ones to be tried first.
    List<Merge> merges() {
        Map<String, Integer> ids = new HashMap<>();
        for (int i = 0; i < pieces.size(); i++) ids.put(pieces.get(i), i);
        List<Merge> merges = new ArrayList<>();
        for (int i = 0; i < pieces.size(); i++) merges.addAll(merges(pieces.get(i), scores[i], ids));
        merges.sort(Comparator.comparingDouble(Merge::score).thenComparingInt(Merge::leftLength).thenComparingInt(Merge::rightLength).reversed());
        return merges;
    }

    private static List<Merge> merges(String piece, double score, Map<String, Integer> ids) {
        int length = piece.codePointCount(0, piece.length());
        List<Merge> merges = new ArrayList<>();
        for (int n = 1, at = 0; n < length; n++) {
            at = piece.offsetByCodePoints(at, 1);
            String left = piece.substring(0, at), right = piece.substring(at);
            if (ids.containsKey(left) && ids.containsKey(right)) merges.add(new Merge(left, right, score, n, length - n));
        }
        merges.sort(Comparator.comparing((Merge m) -> ids.get(m.left)).thenComparing(m -> ids.get(m.right)));
        return merges;
    }

    /// The text of a tokenizer.json of the same vocabulary, in UTF-8.
    byte[] json() {
        var bytes = new ByteArrayOutputStream(1 << 20);
        try (JsonGenerator out = new JsonFactory().createGenerator(bytes)) {
            out.writeStartObject();
            out.writeArrayFieldStart("added_tokens");
            for (int i = 0; i < types.length; i++) if (isAdded(types[i])) writeAdded(out, i);
            out.writeEndArray();
            out.writeFieldName("normalizer");
            out.writeRawValue("{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"\u2581\"}");
            writeBos(out);
            out.writeFieldName("decoder");
            out.writeRawValue("{\"type\":\"Sequence\",\"decoders\":[{\"type\":\"Replace\",\"pattern\":{\"String\":\"\u2581\"},\"content\":\" \"},{\"type\":\"ByteFallback\"},{\"type\":\"Fuse\"}]}");
            out.writeFieldName("model");
            writeModel(out);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // writing to memory does not fail
        }
        return bytes.toByteArray();
    }

    /// Python's tokenizers put the beginning-of-sequence token before a text, as Gemma's does.
    private void writeBos(JsonGenerator out) throws IOException {
        int id = pieces.indexOf(named.bos());
        if (id < 0) return;
        String token = new ObjectMapper().writeValueAsString(named.bos());
        out.writeFieldName("post_processor");
        out.writeRawValue("{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":%1$s,\"type_id\":0}},{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}],\"pair\":[{\"SpecialToken\":{\"id\":%1$s,\"type_id\":0}},{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},{\"SpecialToken\":{\"id\":%1$s,\"type_id\":1}},{\"Sequence\":{\"id\":\"B\",\"type_id\":1}}],\"special_tokens\":{%1$s:{\"id\":%1$s,\"ids\":[%2$d],\"tokens\":[%1$s]}}}"
            .formatted(token, id));
    }

    private void writeAdded(JsonGenerator out, int id) throws IOException {
        out.writeStartObject();
        out.writeNumberField("id", id);
        out.writeStringField("content", pieces.get(id));
        for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) out.writeBooleanField(flag, false);
        out.writeBooleanField("special", types[id] != USER_DEFINED);
        out.writeEndObject();
    }

    private void writeModel(JsonGenerator out) throws IOException {
        out.writeStartObject();
        out.writeStringField("type", "BPE");
        out.writeStringField("unk_token", unknown);
        out.writeBooleanField("fuse_unk", true);
        out.writeBooleanField("byte_fallback", true);
        out.writeObjectFieldStart("vocab");
        for (int i = 0; i < pieces.size(); i++) out.writeNumberField(pieces.get(i), i);
        out.writeEndObject();
        out.writeArrayFieldStart("merges");
        for (Merge m : merges()) {
            out.writeStartArray();
            out.writeString(m.left);
            out.writeString(m.right);
            out.writeEndArray();
        }
        out.writeEndArray();
        out.writeEndObject();
    }
}
