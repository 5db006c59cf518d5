package tunebook.engine.pjrt.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import tunebook.tensor.TunebookException;

/// One call of a PJRT function: its argument struct, and whatever that points to, in a confined arena that dies with the call.
///
/// ```java
/// try (var call = new Call(api, Function.CLIENT_DEVICES)) {
///     call.set("client", client).invoke("Client.devices", "client " + name, "report this");
///     return call.get("num_devices");
/// }
/// ```
public final class Call implements AutoCloseable {
    private final Api api;
    private final Function function;
    private final Arena arena = Arena.ofConfined();
    private final Fields arguments;

    public Call(Api api, Function function) {
        this.api = api;
        this.function = function;
        this.arguments = function.arguments().in(arena);
    }

    /// Memory that lives until this call is closed.
    public Arena arena() {
        return arena;
    }

    public Call set(String field, long value) {
        arguments.set(field, value);
        return this;
    }

    public Call set(String field, MemorySegment target) {
        arguments.set(field, target);
        return this;
    }

    public Call set(String field, int value) {
        arguments.set(field, value);
        return this;
    }

    /// Sets a pointer field and its length field to `target` and its size in bytes.
    public Call set(String pointer, String length, MemorySegment target) {
        return set(pointer, target).set(length, target.byteSize());
    }

    public long get(String field) {
        return arguments.get(field);
    }

    public int getInt(String field) {
        return arguments.getInt(field);
    }

    public boolean getBoolean(String field) {
        return arguments.getBoolean(field);
    }

    public String text(String pointer, String length) {
        return arguments.text(pointer, length);
    }

    /// Calls the function; its status is the caller's to judge.
    public Status status() {
        return api.call(function, arguments.segment());
    }

    /// Calls the function and throws where it fails, see [PjrtError#check].
    ///
    /// @throws TunebookException with `operation`, the plug-in's code and message, what was `given`, and a `remedy`
    public Call invoke(String operation, String given, String remedy) {
        PjrtError.check(status(), operation, given, remedy);
        return this;
    }

    @Override
    public void close() {
        arena.close();
    }
}
