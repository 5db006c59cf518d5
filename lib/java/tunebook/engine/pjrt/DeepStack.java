package tunebook.engine.pjrt;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/// Runs the compiler on a thread with a deep stack.
///
/// XLA recurses along chains of operations on the caller's thread. Java gives a thread 1 MiB, on which the CPU compiler (C API 0.115) took a chain
/// of 4,000 elementwise operations and ended the process with a fault at 10,000; with 256 MiB it took 16,000. The memory is only reserved.
final class DeepStack {
    private static final long STACK = 256L << 20;

    private DeepStack() {}

    /// The result of `work`, or what it threw. An interrupt does not end it: the compiler cannot be stopped.
    static <T> T call(Supplier<T> work) {
        var result = new CompletableFuture<T>();
        Thread thread = new Thread(null, () -> {
            try {
                result.complete(work.get());
            } catch (Throwable t) {
                result.completeExceptionally(t);
            }
        }, "tunebook-compile", STACK);
        thread.setDaemon(true);
        thread.start();
        try {
            return result.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException r) throw r;
            throw e;
        }
    }
}
