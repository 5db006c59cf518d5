package tunebook.io.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Optional;

/// A server's answer, with what the answers on the way to it (redirects) said of the file. Close it.
///
/// @param at       who answered in the end
/// @param endpoint whether that is the hub itself and not a storage host
/// @param status   of HTTP
/// @param file     the headers that name the file's version, from whichever answer had them
record Answer(URI at, boolean endpoint, int status, FileHeaders file, HttpURLConnection connection) implements AutoCloseable {
    /// What the hub says of a file before it sends the reader elsewhere: `X-Repo-Commit`, `X-Linked-Etag` (or the `ETag` of its own answer), `X-Linked-Size`.
    record FileHeaders(Optional<String> commit, Optional<String> etag, Optional<Long> size) {
        static final FileHeaders NONE = new FileHeaders(Optional.empty(), Optional.empty(), Optional.empty());

        FileHeaders and(HttpURLConnection answer) {
            return new FileHeaders(commit.or(() -> header(answer, "X-Repo-Commit")), etag.or(() -> header(answer, "X-Linked-Etag").map(FileHeaders::plain)),
                size.or(() -> header(answer, "X-Linked-Size").filter(h -> h.matches("\\d{1,18}")).map(Long::valueOf)));
        }

        /// With the `ETag` of the answer that holds the file, which a storage host would fill with something else.
        FileHeaders andOwn(HttpURLConnection answer) {
            return new FileHeaders(commit, etag.or(() -> header(answer, "ETag").map(FileHeaders::plain)), size);
        }

        private static String plain(String etag) {
            return etag.replaceFirst("^W/", "").replace("\"", "");
        }
    }

    static Optional<String> header(HttpURLConnection answer, String name) {
        return Optional.ofNullable(answer.getHeaderField(name));
    }

    Optional<String> header(String name) {
        return header(connection, name);
    }

    InputStream body() throws IOException {
        return connection.getInputStream();
    }

    /// Leaves the connection to the next request where the body was read, and ends it where much is left.
    @Override
    public void close() {
        close(connection);
    }

    static void close(HttpURLConnection answer) {
        try (InputStream body = answer.getErrorStream() == null ? answer.getInputStream() : answer.getErrorStream()) {
            // closing it is all
        } catch (IOException e) {
            answer.disconnect();
        }
    }
}
