/// Devices that run programs: open a [tunebook.engine.Session], put arrays on it, compile a [tunebook.graph.Program], run it.
///
/// ```java
/// var session = Session.open();                                 // TPU, GPU or CPU: what is there
/// var params  = Params.of(session, "base model", arrays);
/// var step    = session.compile(program);                       // from memory or disk where it was compiled before
/// var results = step.run(params.buffers());                     // donated inputs are closed, results are the caller's
/// ```
///
/// [tunebook.engine.Topology] compiles for TPUs that are not here. Everything native is in [tunebook.engine.pjrt].
package tunebook.engine;
