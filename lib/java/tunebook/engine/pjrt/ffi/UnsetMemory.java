package tunebook.engine.pjrt.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// An arena for any thread whose memory holds whatever it held before: who allocates writes all of it. Java's own arenas fill with zeros first, which takes as
/// long as reading a model's weights from the page cache.
///
/// Without `aligned_alloc` in the C library it is an ordinary shared arena.
public final class UnsetMemory implements Arena {
    private static final MethodHandle ALIGNED_ALLOC = handle("aligned_alloc", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle FREE = handle("free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

    private final Arena owner = Arena.ofShared();

    private static MethodHandle handle(String name, FunctionDescriptor type) {
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup().find(name).map(address -> linker.downcallHandle(address, type)).orElse(null);
    }

    @Override
    public MemorySegment allocate(long bytes, long alignment) {
        if (ALIGNED_ALLOC == null || bytes == 0) return owner.allocate(bytes, alignment);
        MemorySegment memory = allocated(Math.max(alignment, Long.BYTES), bytes);
        if (memory.address() == 0) throw new OutOfMemoryError("no " + bytes + " bytes of native memory");
        try {
            return memory.reinterpret(bytes, owner, UnsetMemory::free);
        } catch (RuntimeException e) { // the arena is closed
            free(memory);
            throw e;
        }
    }

    private static MemorySegment allocated(long alignment, long bytes) {
        try {
            return (MemorySegment) ALIGNED_ALLOC.invokeExact(alignment, Math.ceilDiv(bytes, alignment) * alignment); // C11 wants a multiple
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    private static void free(MemorySegment memory) {
        try {
            FREE.invokeExact(memory);
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    @Override
    public MemorySegment.Scope scope() {
        return owner.scope();
    }

    @Override
    public void close() {
        owner.close();
    }
}
