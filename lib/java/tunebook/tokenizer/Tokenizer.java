package tunebook.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import tunebook.io.Gguf;
import tunebook.tensor.TunebookException;

/// Text to token ids and back, by Hugging Face's own tokenizers library.
///
/// It adds nothing and cuts nothing: no automatic beginning- or end-of-sequence token, no padding, no truncation.
/// Special and control tokens written in the text (`<bos>`, `<start_of_turn>`) become their single ids. It never
/// opens a network connection. Safe for use by several threads; its native memory is freed with the object.
public final class Tokenizer {
    private final HuggingFaceTokenizer library;
    private final Vocabulary vocabulary;
    private final NamedTokens named;

    private Tokenizer(HuggingFaceTokenizer library, Vocabulary vocabulary, NamedTokens named) {
        this.library = library;
        this.vocabulary = vocabulary;
        this.named = named;
    }

    /// The tokenizer of a model folder, or of a `tokenizer.json` file given by its own path. A `tokenizer_config.json`
    /// or `special_tokens_map.json` beside it names the bos, eos and pad tokens; else `<bos>`, `<eos>`, `<pad>` are taken.
    /// Throws where the file is missing or is not a tokenizer.
    public static Tokenizer load(Path folderOrFile) {
        Path file = Files.isDirectory(folderOrFile) ? folderOrFile.resolve("tokenizer.json") : folderOrFile;
        if (!Files.isRegularFile(file))
            throw TunebookException.of("Tokenizer.load", "there is no tokenizer.json", file.toString(),
                "give a model folder that holds one, or the path of the file itself; for a GGUF file use Tokenizer.fromGguf");
        byte[] json;
        try {
            json = Files.readAllBytes(file);
        } catch (IOException e) {
            throw TunebookException.because(e, "Tokenizer.load", "the file cannot be read", file + " (" + e.getMessage() + ")",
                "check that it exists and that you may read it");
        }
        return of(json, file.toString(), NamedTokens.beside(file));
    }

    /// The tokenizer inside a GGUF file: its `tokenizer.huggingface.json`, else its pieces (the tokenizer model must be `llama`, as Gemma's is). The file may be closed
    /// afterwards. All its control tokens count as special, the unused ones too, because the file does not tell them apart.
    public static Tokenizer fromGguf(Gguf file) {
        Optional<String> whole = file.metadata().findString(GgufTokenizer.JSON_KEY);
        if (whole.isPresent()) {
            byte[] json = whole.get().getBytes(StandardCharsets.UTF_8);
            return of(json, "the GGUF file's tokenizer.json", NamedTokens.of(file.metadata(), Vocabulary.parse(json, "the GGUF file's tokenizer.json")));
        }
        GgufVocabulary vocabulary = GgufVocabulary.of(file.metadata());
        return of(vocabulary.json(), "the GGUF file's vocabulary", vocabulary.named());
    }

    /// The vocabulary of a GGUF file as a Hugging Face folder has it: `tokenizer.json` and `tokenizer_config.json` by name. Its texts get `<bos>` put
    /// before them by Python's tokenizers, as Gemma's do.
    public static Map<String, String> filesOf(Gguf file) {
        Optional<String> whole = file.metadata().findString(GgufTokenizer.JSON_KEY);
        if (whole.isPresent()) return Map.of("tokenizer.json", whole.get(), "tokenizer_config.json",
            NamedTokens.of(file.metadata(), Vocabulary.parse(whole.get().getBytes(StandardCharsets.UTF_8), "the GGUF file's tokenizer.json")).json());
        GgufVocabulary vocabulary = GgufVocabulary.of(file.metadata());
        return Map.of("tokenizer.json", new String(vocabulary.json(), StandardCharsets.UTF_8), "tokenizer_config.json", vocabulary.named().json());
    }

    /// The tokenizer in the text of a `tokenizer.json`; `origin` is named in errors.
    static Tokenizer of(byte[] json, String origin, NamedTokens named) {
        Vocabulary vocabulary = Vocabulary.parse(json, origin);
        DjlSettings.apply();
        var options = Map.of("addSpecialTokens", "false", "truncation", "DO_NOT_TRUNCATE", "padding", "DO_NOT_PAD");
        try {
            return new Tokenizer(HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), options), vocabulary, named);
        } catch (IOException | RuntimeException e) {
            throw TunebookException.because(e, "Tokenizer.load", "the tokenizers library refuses the file",
                origin + " (" + e.getMessage() + ")", "download the file again, or make it with a newer tokenizers library");
        }
    }

    /// The ids of `text`, nothing added. Throws where [#loneSurrogate] finds something.
    public int[] encode(String text) {
        loneSurrogate(text).ifPresent(i -> {
            throw TunebookException.of("Tokenizer.encode", "the text holds half a surrogate pair",
                String.format("U+%04X at index %d of %d", (int) text.charAt(i), i, text.length()), "mend the text: it is not valid Unicode");
        });
        long[] ids = library.encode(text, false, false).getIds();
        int[] tokens = new int[ids.length];
        for (int i = 0; i < ids.length; i++) tokens[i] = (int) ids[i];
        return tokens;
    }

    /// The text of `tokens`, special tokens included. Bytes that form no character come out as U+FFFD.
    /// Throws for an id outside the vocabulary.
    public String decode(int... tokens) {
        return decode(tokens, false);
    }

    /// The text of `tokens` without those that tokenizer.json marks as special (`<bos>`, `<end_of_turn>` and the like).
    public String decodeWithoutSpecial(int... tokens) {
        return decode(tokens, true);
    }

    private String decode(int[] tokens, boolean skipSpecial) {
        long[] ids = new long[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            vocabulary.token(tokens[i]);
            ids[i] = tokens[i];
        }
        return library.decode(ids, skipSpecial);
    }

    /// A decoder for tokens that arrive one by one; special tokens are kept in its text.
    public StreamDecoder stream() {
        return new StreamDecoder(this);
    }

    /// The token with this id as the vocabulary writes it (`▁the`, `<0xEC>`). Throws for an id outside the vocabulary.
    public String token(int id) {
        return vocabulary.token(id);
    }

    /// The id of a token as the vocabulary writes it. Throws where there is none, naming the nearest control tokens.
    public int id(String token) {
        return lookup(token).orElseThrow(() -> TunebookException.of("Tokenizer.id", "there is no such token", '"' + token + '"',
            "nearest: " + vocabulary.nearest(token) + "; a text of several tokens goes through encode"));
    }

    /// The id of a token as the vocabulary writes it, empty where there is none.
    public OptionalInt lookup(String token) {
        return vocabulary.id(token);
    }

    /// Whether tokenizer.json marks this id as special.
    public boolean isSpecial(int id) {
        return vocabulary.isSpecial(id);
    }

    /// One more than the highest id. A model's embedding may have more rows (padding) than that.
    public int vocabSize() {
        return vocabulary.size();
    }

    /// The same without the tokens that tokenizer.json lists as added, for which a model may have no embedding (Gemma's `<image_soft_token>` in its text models).
    public int ordinarySize() {
        return vocabulary.ordinarySize();
    }

    /// Id of the beginning-of-sequence token. Throws where the tokenizer has none.
    public int bos() {
        return id(named.bos());
    }

    /// Id of the end-of-sequence token. Throws where the tokenizer has none.
    public int eos() {
        return id(named.eos());
    }

    /// Id of the padding token. Throws where the tokenizer has none.
    public int pad() {
        return id(named.pad());
    }

    /// The beginning-of-sequence token as text, empty where the tokenizer has none.
    public Optional<String> bosToken() {
        return Optional.of(named.bos()).filter(t -> lookup(t).isPresent());
    }

    /// The end-of-sequence token as text, empty where the tokenizer has none.
    public Optional<String> eosToken() {
        return Optional.of(named.eos()).filter(t -> lookup(t).isPresent());
    }

    @Override
    public String toString() {
        return "Tokenizer(" + vocabSize() + " tokens)";
    }

    /// Where `text` holds half a surrogate pair, which no encoding can carry (JSON's backslash-u can write one); empty
    /// where it is valid Unicode.
    public static OptionalInt loneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!Character.isSurrogate(text.charAt(i))) continue;
            if (i + 1 == text.length() || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) return OptionalInt.of(i);
            i++;
        }
        return OptionalInt.empty();
    }
}
