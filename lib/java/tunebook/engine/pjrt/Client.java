package tunebook.engine.pjrt;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tunebook.engine.pjrt.ffi.Api;
import tunebook.engine.pjrt.ffi.Call;
import tunebook.engine.pjrt.ffi.FreeMemory;
import tunebook.engine.pjrt.ffi.Function;
import tunebook.engine.pjrt.ffi.Memory;
import tunebook.engine.pjrt.ffi.NamedValues;
import tunebook.engine.pjrt.ffi.Structs;
import tunebook.engine.pjrt.ffi.UnsetMemory;
import tunebook.tensor.HostArray;
import tunebook.tensor.TunebookException;

/// A running plug-in with its devices: what compiles programs and holds buffers.
///
/// Closing it frees every buffer and executable that is still open, then the client; all of them then throw by name.
public final class Client implements AutoCloseable {
    private final Plugin plugin;
    private final Api api;
    private final LiveObjects live;
    private final List<Device> devices;
    private final String platform;
    private final String version;
    private final Map<String, Object> flags;

    private Client(Plugin plugin, Api api, long address) {
        this.plugin = plugin;
        this.api = api;
        this.live = new LiveObjects(api, address);
        this.platform = text(Function.CLIENT_PLATFORM_NAME, "platform_name");
        this.version = text(Function.CLIENT_PLATFORM_VERSION, "platform_version");
        this.devices = devicesNow();
        this.flags = ClientOptions.flags(platform, Plugins.roots());
    }

    /// Starts a client with the options that suit the plug-in's platform.
    ///
    /// @throws TunebookException if the device is missing or busy
    public static Client create(Plugin plugin) {
        return create(plugin, ClientOptions.of(plugin.platformGuess()));
    }

    /// Starts a client with the plug-in's own `options`.
    ///
    /// @throws TunebookException if the device is missing, busy or refuses an option
    public static Client create(Plugin plugin, Map<String, Object> options) {
        Api api = plugin.started();
        try (var call = new Call(api, Function.CLIENT_CREATE)) {
            call.set("create_options", NamedValues.write(call.arena(), options)).set("num_options", (long) options.size());
            call.invoke("Client.create", plugin + " with options " + options, ClientOptions.remedy(plugin.platformGuess()));
            return new Client(plugin, api, call.get("client"));
        }
    }

    private String text(Function function, String field) {
        try (var call = new Call(api, function)) {
            return call.set("client", live.client()).invoke("Client.describe", plugin.toString(), "report this").text(field, field + "_size");
        }
    }

    private List<Device> devicesNow() {
        try (var call = new Call(api, Function.CLIENT_ADDRESSABLE_DEVICES)) {
            call.set("client", live.client()).invoke("Client.devices", plugin.toString(), "report this");
            var list = new ArrayList<Device>();
            for (long d : Memory.longs(call.get("addressable_devices"), call.get("num_addressable_devices"))) list.add(new Device(api, d));
            return List.copyOf(list);
        }
    }

    public Plugin plugin() {
        return plugin;
    }

    /// Lets programs on the host call `target`, which multiplies few rows by weights, see [StreamedDot#run].
    ///
    /// @return whether they can: the plug-in must take such functions, and Java must have been started with its vector module
    public boolean registerStreamedDot(String target) {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent() && StreamedDot.register(api, target);
    }

    /// The devices of this process, in the plug-in's order.
    public List<Device> devices() {
        return devices;
    }

    /// The plug-in's name for its platform: `cpu`, `cuda`, `tpu`.
    public String platform() {
        return platform;
    }

    /// The plug-in's description of its own version.
    public String version() {
        return version;
    }

    /// What is open on this client.
    public LiveObjects live() {
        return live;
    }

    Api api() {
        return api;
    }

    /// Copies `array` to `device`. The array may be changed or freed afterwards. `owner` names who holds the buffer, for messages.
    public Buffer put(HostArray array, Device device, String owner) {
        return live.using(() -> Transfer.copy(this, array, device, owner));
    }

    /// As [tunebook.engine.Session#unsetMemory].
    public static Arena unsetMemory() {
        return new UnsetMemory();
    }

    /// The array on `device`, its memory taken over ([tunebook.engine.Session#adopt]). `memory` is left open when this throws.
    public Buffer adopt(HostArray array, Arena memory, Device device, String owner) {
        return live.using(() -> Transfer.adopt(this, array, memory, device, owner));
    }

    /// Compiles StableHLO `text`. `name` is for messages.
    ///
    /// @throws TunebookException with the compiler's message if it refuses the program
    public Executable compile(String name, String text, CompileOptions options) {
        try {
            return DeepStack.call(() -> live.using(() -> compileNow(name, text, options)));
        } finally {
            FreeMemory.giveBack();
        }
    }

    private Executable compileNow(String name, String text, CompileOptions options) {
        try (var call = new Call(api, Function.CLIENT_COMPILE)) {
            MemorySegment proto = Memory.of(call.arena(), options.over(flags).toProto());
            call.set("client", live.client()).set("program", program(call.arena(), text));
            call.set("compile_options", "compile_options_size", proto);
            call.invoke("Client.compile", "program " + name + ", options " + options, "if the text came from Tunebook, report it with the text");
            return new Executable(this, call.get("executable"), name);
        }
    }

    static MemorySegment program(Arena arena, String text) {
        MemorySegment code = Memory.utf8(arena, text);
        MemorySegment format = Memory.utf8(arena, "mlir");
        return Structs.PROGRAM.in(arena).set("code", code).set("code_size", code.byteSize())
            .set("format", format).set("format_size", format.byteSize()).segment();
    }

    /// Loads an executable that [Executable#serialize] wrote with the same plug-in on the same kind of device.
    ///
    /// @throws TunebookException if the plug-in does not take the bytes
    public Executable load(String name, byte[] serialized) {
        try {
            return DeepStack.call(() -> live.using(() -> loadNow(name, serialized)));
        } finally {
            FreeMemory.giveBack();
        }
    }

    private Executable loadNow(String name, byte[] serialized) {
        try (var call = new Call(api, Function.EXECUTABLE_DESERIALIZE_AND_LOAD)) {
            MemorySegment bytes = Memory.of(call.arena(), serialized);
            call.set("client", live.client()).set("serialized_executable", "serialized_executable_size", bytes);
            call.invoke("Client.load", "program " + name + ", " + serialized.length + " bytes", "compile it again");
            return new Executable(this, call.get("loaded_executable"), name);
        }
    }

    public boolean isClosed() {
        return live.isClosed();
    }

    @Override
    public void close() {
        live.close();
    }
}
