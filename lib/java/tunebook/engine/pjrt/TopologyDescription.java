package tunebook.engine.pjrt;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import tunebook.engine.pjrt.ffi.Api;
import tunebook.engine.pjrt.ffi.Call;
import tunebook.engine.pjrt.ffi.Function;
import tunebook.engine.pjrt.ffi.Memory;
import tunebook.engine.pjrt.ffi.NamedValues;
import tunebook.tensor.TunebookException;

/// Devices that need not be here: what a program can be compiled for ahead of time. Whoever creates it closes it.
public final class TopologyDescription implements AutoCloseable {
    private final Api api;
    private final String name;
    private long address;

    private TopologyDescription(Api api, String name, long address) {
        this.api = api;
        this.name = name;
        this.address = address;
    }

    /// The topology called `name` (`v5e:2x2`), with the plug-in's own `options` (`chips_per_host_bounds` for libtpu).
    ///
    /// @throws TunebookException if the plug-in knows no such topology
    public static TopologyDescription create(Plugin plugin, String name, Map<String, Object> options) {
        Api api = plugin.started();
        try (var call = new Call(api, Function.TOPOLOGY_DESCRIPTION_CREATE)) {
            call.set("topology_name", "topology_name_size", Memory.utf8(call.arena(), name));
            call.set("create_options", NamedValues.write(call.arena(), options)).set("num_options", (long) options.size());
            call.invoke("Topology.create", "topology " + name + " with " + options, "use a name such as v5e:1x1, v5e:2x4, v6e:1x1 or v5p:2x2x1");
            return new TopologyDescription(api, name, call.get("topology"));
        }
    }

    /// Compiles StableHLO `text` for one device of this topology and says what memory it needs there.
    ///
    /// @throws TunebookException with the compiler's message if it refuses the program, which it also does where the program does not fit
    public CompiledMemory compile(String program, String text, CompileOptions options) {
        return DeepStack.call(() -> compileNow(program, text, options));
    }

    private CompiledMemory compileNow(String program, String text, CompileOptions options) {
        try (var call = new Call(api, Function.COMPILE)) {
            MemorySegment proto = Memory.of(call.arena(), options.toProto());
            call.set("topology", address).set("program", Client.program(call.arena(), text));
            call.set("compile_options", "compile_options_size", proto);
            call.invoke("Topology.compile", "program " + program + " for " + name, "where it does not fit, take fewer tokens a step");
            return memory(program, call.get("executable"));
        }
    }

    private CompiledMemory memory(String program, long executable) {
        try (var destroy = new Call(api, Function.EXECUTABLE_DESTROY)) {
            var memory = new CompiledProgram(api, executable, program).memory();
            destroy.set("executable", executable).invoke("Topology.compile", "program " + program, "report this");
            return memory.orElseThrow(() -> TunebookException.of("Topology.compile", "the plug-in does not say what memory a program needs", name,
                "use libtpu 0.0.21.1 or newer"));
        }
    }

    /// Frees the description. A second call does nothing.
    @Override
    public void close() {
        if (address == 0) return;
        try (var call = new Call(api, Function.TOPOLOGY_DESCRIPTION_DESTROY)) {
            call.set("topology", address).invoke("Topology.close", name, "report this");
        }
        address = 0;
    }
}
