package tunebook.tokenizer;

import java.util.Arrays;

/// Text of tokens that arrive one by one: [#add] gives what is new, holding back bytes that are not a whole
/// character yet. All pieces and [#finish] together are exactly what [Tokenizer#decode] makes of all the tokens.
///
/// A run of byte tokens (`<0xEC>`) is given out when it ends, because a broken byte changes how the library decodes
/// the whole run. Not for use by several threads.
public final class StreamDecoder {
    private final Tokenizer tokenizer;
    private int[] window = new int[0]; // tokens given out last, then those held back
    private int given; // how many of them have been given out

    StreamDecoder(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /// The text that `token` completes, perhaps empty.
    public String add(int token) {
        boolean bytes = isByte(token);
        String before = "";
        if (!bytes && held() > 0 && isByte(window[window.length - 1])) before = flush();
        window = Arrays.copyOf(window, window.length + 1);
        window[window.length - 1] = token;
        return bytes ? before : before + flushWholeCharacters();
    }

    /// What was held back, perhaps empty; bytes that form no character come out as U+FFFD.
    public String finish() {
        return held() == 0 ? "" : flush();
    }

    private String flushWholeCharacters() {
        String text = held() == 0 ? "" : fresh();
        return text.endsWith("\uFFFD") ? "" : give(text);
    }

    private String flush() {
        return give(fresh());
    }

    /// The text of what is held, decoded after the tokens before it: some decoders treat a first token specially.
    private String fresh() {
        String old = tokenizer.decode(Arrays.copyOf(window, given));
        return tokenizer.decode(window).substring(old.length());
    }

    private String give(String text) {
        window = Arrays.copyOfRange(window, given, window.length);
        given = window.length;
        return text;
    }

    private int held() {
        return window.length - given;
    }

    private boolean isByte(int token) {
        String text = tokenizer.token(token);
        return text.length() == 6 && text.startsWith("<0x") && text.endsWith(">");
    }
}
