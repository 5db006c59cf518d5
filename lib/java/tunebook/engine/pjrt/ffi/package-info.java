/// The C API's memory, and the only place with a Linker and a SymbolLookup.
///
/// [tunebook.engine.pjrt.ffi.Function] is the header's table with the argument structs, [tunebook.engine.pjrt.ffi.Struct] lays them out,
/// [tunebook.engine.pjrt.ffi.Call] is one call, [tunebook.engine.pjrt.ffi.PjrtError] makes the plug-in's errors ours.
///
/// Works with C API 0.75 to 0.115: a struct is passed with the size of the fields known here (version 0.81), and the table is never read past its own
/// size.
package tunebook.engine.pjrt.ffi;
