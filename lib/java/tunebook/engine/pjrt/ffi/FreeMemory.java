package tunebook.engine.pjrt.ffi;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;

/// Memory that C's allocator holds though nothing uses it.
public final class FreeMemory {
    private FreeMemory() {}

    /// Gives free pages back to the system, those between used ones too. The launcher tells glibc to keep what is freed, since a step needs as much again at
    /// once; the compiler's gigabyte, though, is not needed again soon. C libraries without `malloc_trim` (macOS, musl) are left as they are.
    public static void giveBack() {
        Linker linker = Linker.nativeLinker();
        linker.defaultLookup().find("malloc_trim").ifPresent(trim -> {
            try {
                int given = (int) linker.downcallHandle(trim, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG)).invokeExact(0L);
                System.getLogger("tunebook").log(System.Logger.Level.DEBUG, given == 1 ? "memory given back" : "no memory to give back");
            } catch (Throwable t) {
                throw new IllegalStateException(t);
            }
        });
    }
}
