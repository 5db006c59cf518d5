package tunebook.engine.pjrt.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/// The function table of one loaded plug-in, and the two calls through which everything native happens.
///
/// Every PJRT function takes one pointer to its argument struct and returns a `PJRT_Error*` that is null on success, so that one
/// method handle serves them all. Nothing past the table's own `struct_size` is ever read.
public final class Api {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle CALL = LINKER.downcallHandle(FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
    private static final MethodHandle CALL_VOID = LINKER.downcallHandle(FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

    private final MemorySegment[] functions;
    private final int major;
    private final int minor;
    private final long structSize;
    private final long extensions;

    private Api(MemorySegment table) {
        structSize = table.byteSize();
        extensions = table.get(Memory.LONG, 8);
        major = table.get(Memory.INT, 32);
        minor = table.get(Memory.INT, 36);
        functions = new MemorySegment[Function.values().length];
        for (Function f : Function.values()) {
            boolean present = f.tableOffset() + 8 <= structSize;
            functions[f.ordinal()] = present ? MemorySegment.ofAddress(table.get(Memory.LONG, f.tableOffset())) : MemorySegment.NULL;
        }
    }

    /// Loads the library at `path` for the rest of the process and reads its function table. Nothing in it is started.
    ///
    /// @throws IllegalArgumentException if the file is no loadable library or has no `GetPjrtApi`; the message is the linker's
    public static Api load(Path path) {
        MemorySegment get = SymbolLookup.libraryLookup(path, Arena.global()).find("GetPjrtApi")
            .orElseThrow(() -> new IllegalArgumentException("it exports no GetPjrtApi"));
        try {
            MethodHandle handle = LINKER.downcallHandle(get, FunctionDescriptor.of(ValueLayout.JAVA_LONG));
            long address = (long) handle.invokeExact();
            if (address == 0) throw new IllegalArgumentException("its GetPjrtApi returns nothing");
            long size = Memory.at(address, 8).get(Memory.LONG, 0);
            return new Api(Memory.at(address, size));
        } catch (Throwable t) {
            throw rethrow(t);
        }
    }

    /// Opens a library for the rest of the process, so that a plug-in that needs it by name finds it already there.
    ///
    /// @throws IllegalArgumentException if it cannot be loaded
    public static void preload(Path path) {
        SymbolLookup.libraryLookup(path, Arena.global());
    }

    public int major() {
        return major;
    }

    public int minor() {
        return minor;
    }

    /// Size of the table in bytes, as the plug-in states it.
    public long structSize() {
        return structSize;
    }

    /// Whether the plug-in has `function`: an older one's table is shorter.
    public boolean has(Function function) {
        return functions[function.ordinal()].address() != 0;
    }

    /// Calls `function` with the argument struct at `arguments`, which gets the results.
    public Status call(Function function, MemorySegment arguments) {
        return status(invoke(function, arguments));
    }

    /// The struct of the extension of a kind (`PJRT_Extension_Type`); empty where the plug-in has none.
    MemorySegment extension(int type) {
        long next = extensions;
        while (next != 0) {
            MemorySegment base = Memory.at(next, 24); // struct_size, type (int), next
            if (base.get(Memory.INT, 8) == type) return Memory.at(next, base.get(Memory.LONG, 0));
            next = base.get(Memory.LONG, 16);
        }
        return MemorySegment.NULL;
    }

    /// Calls a function that an extension gives.
    Status call(MemorySegment function, MemorySegment arguments) {
        return status(invoke(function, arguments));
    }

    /// Calls a deleter `void (*)(void*)` that the plug-in handed out.
    public void delete(long deleter, long argument) {
        invokeVoid(MemorySegment.ofAddress(deleter), MemorySegment.ofAddress(argument));
    }

    private long invoke(Function function, MemorySegment arguments) {
        MemorySegment f = functions[function.ordinal()];
        if (f.address() == 0) throw new UnsupportedOperationException(function.cName() + " is not in this plug-in (C API " + major + "." + minor + ")");
        return invoke(f, arguments);
    }

    private static long invoke(MemorySegment function, MemorySegment arguments) {
        try {
            return (long) CALL.invokeExact(function, arguments);
        } catch (Throwable t) {
            throw rethrow(t);
        }
    }

    private static void invokeVoid(MemorySegment function, MemorySegment argument) {
        try {
            CALL_VOID.invokeExact(function, argument);
        } catch (Throwable t) {
            throw rethrow(t);
        }
    }

    private Status status(long error) {
        return error == 0 ? Status.SUCCESS : take(error);
    }

    /// Reads a `PJRT_Error` and frees it.
    private Status take(long error) {
        try (Arena arena = Arena.ofConfined()) {
            Fields message = Function.ERROR_MESSAGE.arguments().in(arena).set("error", error);
            invokeVoid(functions[Function.ERROR_MESSAGE.ordinal()], message.segment());
            Fields code = Function.ERROR_GET_CODE.arguments().in(arena).set("error", error);
            invoke(Function.ERROR_GET_CODE, code.segment());
            var status = new Status(ErrorCode.of(code.getInt("code")), message.text("message", "message_size"));
            invokeVoid(functions[Function.ERROR_DESTROY.ordinal()], Function.ERROR_DESTROY.arguments().in(arena).set("error", error).segment());
            return status;
        }
    }

    private static RuntimeException rethrow(Throwable t) {
        if (t instanceof Error e) throw e;
        return t instanceof RuntimeException r ? r : new IllegalStateException(t);
    }
}
