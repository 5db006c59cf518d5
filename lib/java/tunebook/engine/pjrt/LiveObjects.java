package tunebook.engine.pjrt;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import tunebook.engine.pjrt.ffi.Api;
import tunebook.engine.pjrt.ffi.Call;
import tunebook.engine.pjrt.ffi.Function;
import tunebook.tensor.TunebookException;

/// The native objects that are open on one client, counted, and the client's own address.
///
/// It refers to native halves only, never to a [Buffer] or [Executable], so that forgotten ones can still be collected.
public final class LiveObjects {
    private final Api api;
    private final Set<Native> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong buffers = new AtomicLong();
    /// Held for reading by whatever uses the client, for writing by what destroys it.
    private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();
    private volatile long client;

    LiveObjects(Api api, long client) {
        this.api = api;
        this.client = client;
    }

    /// The client's address.
    ///
    /// @throws TunebookException if the client is closed
    long client() {
        if (client == 0) throw TunebookException.of("Session", "used after close", "its client is gone", "call Session.open again");
        return client;
    }

    Api api() {
        return api;
    }

    boolean isClosed() {
        return client == 0;
    }

    /// Keeps the client from being destroyed until it is unlocked.
    Lock inUse() {
        return use.readLock();
    }

    /// Does `work` on the client, which nobody can destroy meanwhile.
    <T> T using(Supplier<T> work) {
        use.readLock().lock();
        try {
            return work.get();
        } finally {
            use.readLock().unlock();
        }
    }

    void add(Native object) {
        open.add(object);
        if (object.isBuffer()) count(1, object.bytes);
    }

    void remove(Native object) {
        if (open.remove(object) && object.isBuffer()) count(-1, -object.bytes);
    }

    private void count(int n, long size) {
        buffers.addAndGet(n);
        bytes.addAndGet(size);
    }

    /// Number of open buffers.
    public int buffers() {
        return Math.toIntExact(buffers.get());
    }

    /// Bytes of the open buffers, by shape and element type (a device may pad).
    public long bytes() {
        return bytes.get();
    }

    /// Bytes of the open buffers by owner, by name.
    public Map<String, Long> bytesByOwner() {
        var map = new TreeMap<String, Long>();
        for (Native n : open) if (n.isBuffer()) map.merge(n.owner, n.bytes, Long::sum);
        return map;
    }

    /// Number of open executables.
    public int executables() {
        return (int) open.stream().filter(Native::isExecutable).count();
    }

    /// Frees everything, then the client. A second call does nothing.
    void close() {
        use.writeLock().lock();
        try {
            if (client == 0) return;
            for (Native n : open) n.run();
            try (var call = new Call(api, Function.CLIENT_DESTROY)) {
                call.set("client", client).invoke("Session.close", "its client", "report this");
            }
            client = 0;
        } finally {
            use.writeLock().unlock();
        }
    }
}
