package tunebook.gemma;

import java.io.IOException;
import java.lang.ref.Cleaner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import tunebook.engine.Params;
import tunebook.engine.Session;
import tunebook.tensor.DType;

/// Frozen parameters on a device, shared by all models loaded from the same files, so that a cell run again loads nothing.
final class SharedParams {
    private static final Map<Key, SharedParams> SHARED = new HashMap<>();
    private static final Cleaner CLEANER = Cleaner.create();

    /// Files by path, size and time of change.
    private record Key(Session session, List<String> files, DType stored) {}

    private final Params params;
    private final Runnable onLast;
    private int users;

    private SharedParams(Params params, Runnable onLast) {
        this.params = params;
        this.onLast = onLast;
    }

    /// One user's hold on the parameters. Closing the last one frees them; one that is garbage is closed.
    static final class Lease implements AutoCloseable {
        private final SharedParams shared;
        private final Cleaner.Cleanable release;

        private Lease(SharedParams shared) {
            this.shared = shared;
            this.release = CLEANER.register(this, shared::release);
        }

        Params params() {
            return shared.params;
        }

        /// Another user's hold on the same parameters.
        Lease again() {
            synchronized (SharedParams.class) {
                return shared.lease();
            }
        }

        @Override
        public void close() {
            release.clean();
        }
    }

    /// The parameters of the model at `source`, from `load` where no other model holds them.
    static synchronized Lease acquire(Session session, Path source, DType stored, Supplier<Params> load) {
        Key key = new Key(session, describe(source), stored);
        SharedParams shared = SHARED.get(key);
        if (shared == null) {
            shared = new SharedParams(load.get(), () -> SHARED.remove(key));
            SHARED.put(key, shared);
        }
        return shared.lease();
    }

    /// Parameters that nobody else can ask for.
    static synchronized Lease owned(Params params) {
        return new SharedParams(params, () -> {}).lease();
    }

    private Lease lease() {
        users++;
        return new Lease(this);
    }

    private void release() {
        synchronized (SharedParams.class) {
            if (--users > 0) return;
            onLast.run();
            params.close();
        }
    }

    private static List<String> describe(Path source) {
        List<String> out = new ArrayList<>();
        try (Stream<Path> files = Files.isDirectory(source) ? Files.list(source) : Stream.of(source)) {
            for (Path f : files.sorted().toList()) out.add(f.toRealPath() + " " + Files.size(f) + " " + Files.getLastModifiedTime(f));
        } catch (IOException e) {
            out.add(source.toAbsolutePath().toString());
        }
        return out;
    }
}
