package tunebook.engine;

import tunebook.engine.pjrt.CompiledMemory;

/// Device memory of a compiled program in bytes, as the compiler states it.
///
/// @param arguments all inputs
/// @param outputs   all results
/// @param aliased   how much of the inputs is reused for results (donation)
/// @param temporary everything in between
/// @param code      the program itself
/// @param peak      the most that is needed at once; where the plug-in is too old to say, arguments + outputs - aliased + temporary
public record MemoryStats(long arguments, long outputs, long aliased, long temporary, long code, long peak) {

    static MemoryStats of(CompiledMemory m) {
        long sum = m.arguments() + m.outputs() - m.aliased() + m.temporary();
        return new MemoryStats(m.arguments(), m.outputs(), m.aliased(), m.temporary(), m.code(), m.peak() > 0 ? m.peak() : sum);
    }
}
