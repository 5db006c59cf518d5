package tunebook.gemma;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/// A value made by another thread while this one goes on. Closing waits for that thread, whatever came of it.
final class Meanwhile<T> implements AutoCloseable {
    private final CompletableFuture<T> value;

    Meanwhile(Supplier<T> making) {
        this.value = CompletableFuture.supplyAsync(making);
    }

    /// The value, or what making it threw.
    T get() {
        try {
            return value.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException thrown) throw thrown;
            throw e;
        }
    }

    @Override
    public void close() {
        value.exceptionally(e -> null).join();
    }
}
