package tunebook.tensor;

import java.util.stream.LongStream;

/// A long range of elements, worked off in chunks by all cores.
public final class Chunks {
    private Chunks() {}

    /// What is done with the `count` elements from `start` on. Chunks come in any order and several at a time.
    @FunctionalInterface
    public interface Work {
        void run(long start, int count);
    }

    /// Calls `work` for each chunk of `chunk` elements of `size`, the last one maybe smaller; one chunk alone on the calling thread.
    public static void of(long size, int chunk, Work work) {
        LongStream starts = LongStream.range(0, Math.ceilDiv(size, chunk)).map(i -> i * chunk);
        (size > chunk ? starts.parallel() : starts).forEach(start -> work.run(start, (int) Math.min(chunk, size - start)));
    }
}
