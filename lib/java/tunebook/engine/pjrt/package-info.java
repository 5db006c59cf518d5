/// XLA's plug-ins through PJRT's C API: one class for each of its objects.
///
/// [tunebook.engine.pjrt.Plugins] finds a plug-in, [tunebook.engine.pjrt.PluginInstall] installs one, [tunebook.engine.pjrt.Plugin] loads it,
/// [tunebook.engine.pjrt.Client] starts it and makes each [tunebook.engine.pjrt.Buffer] and [tunebook.engine.pjrt.Executable].
///
/// What is native has a Java half that users hold and a native half ([tunebook.engine.pjrt.Native]) that frees it exactly once: by `close()`, by the
/// Cleaner when the Java half was forgotten, or when the client is closed. [tunebook.engine.pjrt.LiveObjects] counts them.
package tunebook.engine.pjrt;
