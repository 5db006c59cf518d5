package tunebook.engine.pjrt.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.LongStream;

/// Java code that a compiled CPU program calls in place of one of its operations: XLA's foreign function interface (`xla/ffi/api/c_api.h`, the typed
/// custom calls, `api_version = 4`).
///
/// The plug-in calls back with a call frame, which lists arguments and results as buffers in host memory. Nothing may be thrown into native code: what goes
/// wrong becomes the program's error.
public final class HostFunction {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final int EXTENSION = 5; // PJRT_Extension_Type_FFI
    private static final long REGISTER_OFFSET = 40; // of register_handler in PJRT_FFI_Extension
    private static final int METADATA = 1; // XLA_FFI_Extension_Metadata
    private static final int EXECUTE = 3; // XLA_FFI_ExecutionStage_EXECUTE
    private static final int INTERNAL = 13; // XLA_FFI_Error_Code_INTERNAL

    private final String name;
    private final Body body;

    private HostFunction(String name, Body body) {
        this.name = name;
        this.body = body;
    }

    /// What is to be done with one call's buffers, on a thread of the plug-in's.
    @FunctionalInterface
    public interface Body {
        void run(List<HostBuffer> arguments, List<HostBuffer> results);
    }

    /// Registers `body` as the target `name` of custom calls on the host, for the rest of the process.
    ///
    /// @return whether the plug-in takes such functions
    public static boolean register(Api api, String name, Body body) {
        MemorySegment extension = api.extension(EXTENSION);
        if (extension.byteSize() < REGISTER_OFFSET + 8) return false;
        MemorySegment register = MemorySegment.ofAddress(extension.get(Memory.LONG, REGISTER_OFFSET));
        HostFunction function = new HostFunction(name, body);
        MemorySegment stub = LINKER.upcallStub(function.handle(), FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG), Arena.global());
        try (Arena arena = Arena.ofConfined()) {
            // struct_size, target_name, target_name_size, handler, platform_name, platform_name_size, traits (int)
            MemorySegment target = Memory.utf8(arena, name);
            MemorySegment platform = Memory.utf8(arena, "Host");
            MemorySegment arguments = Memory.of(arena, 52, target.address(), target.byteSize(), stub.address(), platform.address(), platform.byteSize(), 0);
            return api.call(register, arguments).ok();
        }
    }

    private MethodHandle handle() {
        try {
            return MethodHandles.lookup().findVirtual(HostFunction.class, "called", MethodType.methodType(long.class, long.class)).bindTo(this);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /// `XLA_FFI_Error* handler(XLA_FFI_CallFrame*)`.
    private long called(long address) {
        MemorySegment frame = Memory.at(address, 120);
        try {
            long extension = frame.get(Memory.LONG, 8);
            if (extension != 0 && Memory.at(extension, 32).get(Memory.INT, 8) == METADATA) {
                tellVersion(Memory.at(frame.get(Memory.LONG, 16), 40), Memory.at(Memory.at(extension, 32).get(Memory.LONG, 24), 40));
            } else if (frame.get(Memory.INT, 32) == EXECUTE) {
                body.run(buffers(frame, 56), buffers(frame, 96));
            }
            return 0;
        } catch (Throwable t) {
            return error(frame.get(Memory.LONG, 16), name + ": " + t);
        }
    }

    /// Writes into `XLA_FFI_Metadata` the interface's version that the plug-in has itself (in `XLA_FFI_Api`): it drops a function of any other version without a
    /// word. What is read here has had its place in all versions.
    private static void tellVersion(MemorySegment api, MemorySegment metadata) {
        metadata.set(Memory.INT, 24, api.get(Memory.INT, 32));
        metadata.set(Memory.INT, 28, api.get(Memory.INT, 36));
    }

    /// The buffers of `XLA_FFI_Args` or `XLA_FFI_Rets`, whose `size` stands at `at`, then `types`, then the array of pointers to them.
    private static List<HostBuffer> buffers(MemorySegment frame, long at) {
        return LongStream.of(Memory.longs(frame.get(Memory.LONG, at + 16), frame.get(Memory.LONG, at))).mapToObj(HostBuffer::read).toList();
    }

    private static long error(long api, String message) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment create = MemorySegment.ofAddress(Memory.at(api, 56).get(Memory.LONG, 48)); // XLA_FFI_Error_Create
            MemorySegment text = arena.allocateFrom(message, StandardCharsets.UTF_8);
            MemorySegment arguments = Memory.of(arena, 28, 0, text.address(), INTERNAL); // struct_size, extension_start, message, errc
            return (long) LINKER.downcallHandle(create, FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS)).invokeExact(arguments);
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}
