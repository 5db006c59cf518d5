package tunebook.engine.pjrt;

/// Device memory of a compiled program in bytes, as the compiler states it.
///
/// @param arguments all inputs
/// @param outputs   all results
/// @param aliased   how much of the inputs is reused for results (donation)
/// @param temporary everything in between
/// @param code      the program itself
/// @param peak      the most that is needed at once; 0 where the plug-in is too old to say
public record CompiledMemory(long arguments, long outputs, long aliased, long temporary, long code, long peak) {}
