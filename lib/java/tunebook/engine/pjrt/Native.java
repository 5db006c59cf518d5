package tunebook.engine.pjrt;

import java.lang.foreign.Arena;
import java.lang.ref.Cleaner;
import tunebook.engine.pjrt.ffi.Call;
import tunebook.engine.pjrt.ffi.Function;
import tunebook.tensor.TunebookException;

/// The native half of a [Buffer] or [Executable]: the address, and how to free it exactly once.
///
/// `close()`, the [Cleaner] and a closing client all come through [#run]; the first one frees.
final class Native implements Runnable {
    static final Cleaner CLEANER = Cleaner.create();
    private final LiveObjects live;
    private final Function destroy;
    private final String field;
    final long bytes;
    volatile String owner;
    private volatile long address;
    /// Memory that the device reads in place, and the event that says it no longer does; none for a copy.
    private Arena memory;
    private long doneReading;

    private Native(LiveObjects live, long address, Function destroy, String field, long bytes, String owner) {
        this.live = live;
        this.address = address;
        this.destroy = destroy;
        this.field = field;
        this.bytes = bytes;
        this.owner = owner;
    }

    static Native buffer(LiveObjects live, long address, long bytes, String owner) {
        Native n = new Native(live, address, Function.BUFFER_DESTROY, "buffer", bytes, owner);
        live.add(n);
        return n;
    }

    /// A buffer over `bytes` bytes of `memory`, which is closed once the event `doneReading` has come.
    static Native adopting(LiveObjects live, long address, String owner, long bytes, Arena memory, long doneReading) {
        Native n = new Native(live, address, Function.BUFFER_DESTROY, "buffer", bytes, owner);
        n.memory = memory;
        n.doneReading = doneReading;
        live.add(n);
        return n;
    }

    /// A program loaded on the device.
    static Native executable(LiveObjects live, long address, String owner) {
        return executable(live, address, Function.LOADED_EXECUTABLE_DESTROY, owner);
    }

    /// A program's description. It shares native parts with the loaded one, so it too must go before the client does.
    static Native description(LiveObjects live, long address, String owner) {
        return executable(live, address, Function.EXECUTABLE_DESTROY, owner);
    }

    private static Native executable(LiveObjects live, long address, Function destroy, String owner) {
        Native n = new Native(live, address, destroy, "executable", 0, owner);
        live.add(n);
        return n;
    }

    boolean isExecutable() {
        return destroy == Function.LOADED_EXECUTABLE_DESTROY;
    }

    boolean isBuffer() {
        return destroy == Function.BUFFER_DESTROY;
    }

    boolean isClosed() {
        return address == 0;
    }

    /// The address.
    ///
    /// @throws TunebookException if it is freed: `operation: NAME is closed`
    long address(String operation, String name) {
        long a = address;
        if (a == 0) {
            String why = live.isClosed() ? "its session was closed" : "it was closed, or donated to a program that ran";
            throw TunebookException.of(operation, name + " is closed", why, "put it on the device again, or keep what the program returned");
        }
        return a;
    }

    @Override
    public void run() {
        live.inUse().lock();
        try {
            long a = take();
            if (a != 0 && !live.isClosed()) free(a);
        } finally {
            live.inUse().unlock();
        }
    }

    private synchronized long take() {
        long a = address;
        address = 0;
        return a;
    }

    private void free(long a) {
        live.remove(this);
        try (var call = new Call(live.api(), destroy)) {
            call.set(field, a).invoke("close", owner, "report this");
        }
        if (memory == null) return;
        Events.await(live.api(), doneReading, "Buffer.close", owner);
        memory.close();
    }
}
