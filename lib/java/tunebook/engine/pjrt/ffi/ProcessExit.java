package tunebook.engine.pjrt.ffi;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// How the process ends once a plug-in has threads of its own.
///
/// The JVM ends in C's `exit`, which destroys the static objects of every loaded library. The plug-in's threads go on computing meanwhile:
/// where a training was told to stop in the middle of a step, oneDNN's destructors unmap the very machine code that is being run, and
/// the process dies of SIGSEGV. All of it goes back to the system anyway, so nothing needs to be destroyed.
public final class ProcessExit {
    private ProcessExit() {}

    /// From now on the process leaves `exit` before any destructor runs, with the status it was given.
    ///
    /// Handlers run in the reverse order of their registration; this one is registered as late as Java can, in a shutdown hook, so that it is the first.
    /// C libraries without `on_exit` (macOS, musl) are left as they are.
    public static void skipDestructors() {
        Runtime.getRuntime().addShutdownHook(new Thread(ProcessExit::register, "tunebook-exit"));
    }

    private static void register() {
        Linker linker = Linker.nativeLinker();
        SymbolLookup c = linker.defaultLookup();
        Optional<MemorySegment> onExit = c.find("on_exit");
        if (onExit.isEmpty()) return;
        try {
            // int on_exit(void (*)(int status, void*), void*): _exit takes the status and never sees the second argument
            int refused = (int) linker.downcallHandle(onExit.get(), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS))
                .invokeExact(c.findOrThrow("_exit"), MemorySegment.NULL);
            if (refused != 0) System.getLogger("tunebook").log(System.Logger.Level.WARNING, "no room for an exit handler");
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}
