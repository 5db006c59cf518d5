package tunebook.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import tunebook.io.Nearest;
import tunebook.tensor.TunebookException;

/// The tokens of a `tokenizer.json` by id and by text, and which of them are special. The tokenizers library has no
/// such question in its Java form, so the file is read once more, as a stream: merges (most of it) are stepped over.
///
/// What is JSON to Jackson and not to the library (half a surrogate pair, a number beyond a double, more than 127 levels) is refused here: there it would panic,
/// which ends the process.
final class Vocabulary {
    private static final JsonFactory JSON = JsonFactory.builder().streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(127).build()).build();

    /// Characters of an added token. The library takes minutes for one of 70,000, and no model has one of hundreds.
    private static final int MAX_ADDED = 4096;

    private final int bytes;
    private final boolean hasEscapedSurrogates;
    private String[] tokens = new String[1 << 12];
    private int size;
    private final Map<String, Integer> ids = new HashMap<>();
    private final BitSet special = new BitSet();
    private final BitSet added = new BitSet();

    private Vocabulary(byte[] json) {
        bytes = json.length;
        hasEscapedSurrogates = hasEscapedSurrogates(json);
    }

    static Vocabulary parse(byte[] json, String origin) {
        var vocabulary = new Vocabulary(json);
        try (JsonParser in = JSON.createParser(json)) {
            vocabulary.read(in);
        } catch (IOException e) {
            throw TunebookException.because(e, "Tokenizer.load", "the file is not JSON of a tokenizer",
                origin + " (" + e.getMessage().lines().findFirst().orElse("") + ")", "download it again: it may be cut off");
        }
        if (vocabulary.size == 0)
            throw TunebookException.of("Tokenizer.load", "the file holds no vocabulary", origin,
                "give a tokenizer.json of the Hugging Face tokenizers library");
        return vocabulary;
    }

    String token(int id) {
        if (id < 0 || id >= size || tokens[id] == null)
            throw TunebookException.of("Tokenizer.token", "there is no token with this id", "id " + id + " of a vocabulary of " + size,
                "give ids that this tokenizer made");
        return tokens[id];
    }

    OptionalInt id(String token) {
        Integer id = ids.get(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    boolean isSpecial(int id) {
        return special.get(id);
    }

    int size() {
        return size;
    }

    /// One more than the highest id of a token that is not an added one.
    int ordinarySize() {
        int id = size;
        while (id > 0 && (tokens[id - 1] == null || added.get(id - 1))) id--;
        return id;
    }

    /// The three control tokens that look most like `text`.
    List<String> nearest(String text) {
        var names = added.stream().mapToObj(i -> tokens[i]).filter(t -> !t.isBlank() && !t.startsWith("<unused")).toList();
        return Nearest.names(text, names, 3);
    }

    private void read(JsonParser in) throws IOException {
        if (in.nextToken() != JsonToken.START_OBJECT) throw new IOException("no JSON object");
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String field = in.currentName();
            JsonToken value = in.nextToken();
            if (field.equals("added_tokens") && value == JsonToken.START_ARRAY) readAdded(in);
            else if (field.equals("model") && value == JsonToken.START_OBJECT) readModel(in);
            else pass(in);
        }
    }

    /// Steps over a value, and looks at all of it.
    private void pass(JsonParser in) throws IOException {
        int open = 0;
        do {
            JsonToken token = in.currentToken();
            if (token.isStructStart()) open++;
            else if (token.isStructEnd()) open--;
            else check(in);
        } while (open > 0 && in.nextToken() != null);
    }

    /// That the library reads the name, text or number that `in` stands at.
    private void check(JsonParser in) throws IOException {
        if (in.currentToken().isNumeric() && Double.isInfinite(in.getDoubleValue())) throw new IOException("a number too large: " + in.getText());
        if (hasEscapedSurrogates) text(in);
    }

    private String text(JsonParser in) throws IOException {
        if (hasEscapedSurrogates && Tokenizer.loneSurrogate(in.getText()).isPresent()) throw new IOException("half a surrogate pair in a text of " + in.getTextLength() + " characters");
        return in.getText();
    }

    private static boolean hasEscapedSurrogates(byte[] json) {
        for (int i = 0; i + 2 < json.length; i++) if (json[i] == '\\' && json[i + 1] == 'u' && (json[i + 2] == 'd' || json[i + 2] == 'D')) return true;
        return false;
    }

    private void readModel(JsonParser in) throws IOException {
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            boolean vocab = in.currentName().equals("vocab");
            JsonToken value = in.nextToken();
            if (vocab && value == JsonToken.START_OBJECT) {
                while (in.nextToken() == JsonToken.FIELD_NAME) {
                    String token = text(in);
                    in.nextToken();
                    put(token, in.getIntValue());
                }
            } else if (vocab && value == JsonToken.START_ARRAY) {
                for (int id = 0; in.nextToken() == JsonToken.START_ARRAY; id++) {
                    in.nextToken();
                    put(in.getText(), id);
                    while (in.nextToken() != JsonToken.END_ARRAY) pass(in);
                }
            } else {
                pass(in);
            }
        }
    }

    private void readAdded(JsonParser in) throws IOException {
        while (in.nextToken() == JsonToken.START_OBJECT) {
            int id = -1;
            String content = "";
            boolean isSpecial = false;
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String field = in.currentName();
                in.nextToken();
                switch (field) {
                    case "id" -> id = in.getIntValue();
                    case "content" -> content = text(in);
                    case "special" -> isSpecial = in.getBooleanValue();
                    default -> pass(in);
                }
            }
            if (content.length() > MAX_ADDED) throw new IOException("added token " + id + " of " + content.length() + " characters, at most " + MAX_ADDED + " can be used");
            put(content, id);
            added.set(id);
            special.set(id, isSpecial);
        }
    }

    private void put(String token, int id) throws IOException {
        if (id < 0 || id > bytes / 2) throw new IOException("token \"" + token + "\" has id " + id);
        if (id >= tokens.length) tokens = Arrays.copyOf(tokens, Math.max(id + 1, tokens.length * 2));
        tokens[id] = token;
        ids.put(token, id);
        size = Math.max(size, id + 1);
    }
}
