package tunebook.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;

/// Run in a JVM of its own: opens a tokenizer, through [Tokenizer] or as DJL does by itself, and prints every socket
/// that is asked for. No connection is ever made.
final class ConnectionProbe {
    private ConnectionProbe() {}

    @SuppressWarnings("deprecation") // the one hook that sees each socket of the JVM
    public static void main(String[] args) throws IOException {
        Socket.setSocketImplFactory(() -> {
            System.out.println("SOCKET");
            throw new IllegalStateException("no sockets here");
        });
        int tokens = args[0].equals("tunebook") ? Tokenizer.load(Path.of(args[1])).encode("the quick brown fox").length
            : HuggingFaceTokenizer.newInstance(Path.of(args[1])).encode("the quick brown fox").getIds().length;
        System.out.println("TOKENS " + tokens);
    }
}
