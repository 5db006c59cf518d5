package tunebook.io.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.Optional;

/// A server's answer, with what the answers on the way to it (redirects) said of the file. Close it.
///
/// Its body gives up when nothing has come for the given time: the reader gets an [IOException] then and does not wait for ever.
///
/// @param at       who answered in the end
/// @param endpoint whether that is the hub itself and not a storage host
/// @param file     the headers that name the file's version, from whichever answer had them
record Answer(URI at, boolean endpoint, int status, HttpHeaders headers, FileHeaders file, InputStream body) implements AutoCloseable {
    /// What the hub says of a file before it sends the reader elsewhere: `X-Repo-Commit`, `X-Linked-Etag` (or the `ETag` of its own answer), `X-Linked-Size`.
    record FileHeaders(Optional<String> commit, Optional<String> etag, Optional<Long> size) {
        static final FileHeaders NONE = new FileHeaders(Optional.empty(), Optional.empty(), Optional.empty());

        FileHeaders and(HttpHeaders headers) {
            return new FileHeaders(commit.or(() -> headers.firstValue("X-Repo-Commit")), etag.or(() -> headers.firstValue("X-Linked-Etag").map(FileHeaders::plain)),
                size.or(() -> number(headers.firstValue("X-Linked-Size"))));
        }

        /// With the `ETag` of the answer that holds the file, which a storage host would fill with something else.
        FileHeaders andOwn(HttpHeaders headers) {
            return new FileHeaders(commit, etag.or(() -> headers.firstValue("ETag").map(FileHeaders::plain)), size);
        }

        private static String plain(String etag) {
            return etag.replaceFirst("^W/", "").replace("\"", "");
        }
    }

    static Optional<Long> number(Optional<String> header) {
        return header.filter(h -> h.matches("\\d{1,18}")).map(Long::valueOf);
    }

    /// Reads into `chunk`; -1 at the end. The wait is bounded by `patience`.
    int read(byte[] chunk, Watch watch) throws IOException {
        try {
            int n = body.read(chunk);
            watch.seen();
            return n;
        } catch (IOException e) {
            throw watch.gaveUp ? new IOException("nothing came for " + watch.patience.toSeconds() + " s", e) : e;
        }
    }

    Watch watch(Duration patience) {
        return new Watch(body, patience);
    }

    @Override
    public void close() {
        try {
            body.close();
        } catch (IOException e) {
            // it is not read any more
        }
    }

    /// Closes a body that brings nothing.
    static final class Watch implements AutoCloseable {
        private final Duration patience;
        private final Thread thread;
        private volatile long last = System.nanoTime();
        private volatile boolean gaveUp;

        private Watch(InputStream body, Duration patience) {
            this.patience = patience;
            this.thread = Thread.ofVirtual().start(() -> watch(body));
        }

        private void seen() {
            last = System.nanoTime();
        }

        private void watch(InputStream body) {
            try {
                for (long left = patience.toNanos(); left > 0; left = last + patience.toNanos() - System.nanoTime()) Thread.sleep(Duration.ofNanos(left));
                gaveUp = true;
                body.close();
            } catch (InterruptedException | IOException e) {
                // the body was read to its end, or is closed
            }
        }

        @Override
        public void close() {
            thread.interrupt();
        }
    }
}
