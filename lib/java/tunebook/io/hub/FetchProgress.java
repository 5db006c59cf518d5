package tunebook.io.hub;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// What the downloads of one fetch have come to, counted by their threads and read by the one that waits for them.
final class FetchProgress {
    private final String repo;
    private final long totalBytes;
    private final int totalFiles;
    private final long start = System.nanoTime();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final AtomicInteger files = new AtomicInteger();

    FetchProgress(String repo, long totalBytes, int totalFiles) {
        this.repo = repo;
        this.totalBytes = totalBytes;
        this.totalFiles = totalFiles;
    }

    FetchReport report() {
        return new FetchReport(repo, bytes.get(), totalBytes, files.get(), totalFiles, (System.nanoTime() - start) / 1e9, received.get());
    }

    /// One file's share; used by one thread.
    final class Part {
        private long here;

        /// That many bytes of the file are on disk, however they came there.
        void at(long now) {
            bytes.addAndGet(now - here);
            here = now;
        }

        void received(int more) {
            received.addAndGet(more);
            at(here + more);
        }

        void whole(long size) {
            at(size);
            files.incrementAndGet();
        }
    }
}
