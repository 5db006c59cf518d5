package tunebook.engine;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import tunebook.engine.pjrt.Client;
import tunebook.engine.pjrt.CompileOptions;
import tunebook.engine.pjrt.Device;
import tunebook.engine.pjrt.Executable;
import tunebook.engine.pjrt.PluginErrors;
import tunebook.graph.Op;
import tunebook.graph.Program;
import tunebook.graph.StableHlo;
import tunebook.graph.Tensor;
import tunebook.tensor.HostArray;
import tunebook.tensor.TunebookException;

/// A device to put arrays on and run programs on. There is one session for each kind of device in a process, however often it is opened.
///
/// Closing it frees everything on the device; arrays and programs then throw by name. It may be opened again.
public final class Session implements AutoCloseable {
    private static final Map<String, Session> OPEN = new HashMap<>();
    /// The order of operations that needs the least memory. The compiler's default computes early what the backward pass needs late: a training step took
    /// 1.7 times the memory, in the same time.
    private static final Map<String, Object> CPU_FLAGS = Map.of("xla_cpu_enable_concurrency_optimized_scheduler", false);
    private final Client client;
    private final Device device;
    private final HostCpu cpu = HostCpu.read();
    private final ProgramCache cache;
    private final Map<String, SharedExecutable> loaded = new HashMap<>();
    private final AtomicInteger compilations = new AtomicInteger();
    private final AtomicInteger cacheHits = new AtomicInteger();
    private final List<String> notes = Collections.synchronizedList(new ArrayList<>());
    private Map<String, Object> xlaFlags;
    private final boolean streamsDots;
    private volatile boolean useBf16 = true;

    private Session(Client client) {
        this.client = client;
        this.device = client.devices().getFirst();
        this.xlaFlags = platform().equals("cpu") ? CPU_FLAGS : Map.of();
        this.streamsDots = platform().equals("cpu") && client.registerStreamedDot(Op.StreamedDot.TARGET);
        this.cache = new ProgramCache(ProgramCache.defaultFolder(), this::note);
    }

    /// The session on the best device there is: TPU, then CUDA, then CPU.
    ///
    /// @throws TunebookException if there is no plug-in, or none that starts; the message says what was tried
    public static Session open() {
        return Devices.openBest();
    }

    /// The session on the device of one kind: `cpu`, `cuda` or `tpu`.
    ///
    /// @throws TunebookException if its plug-in is not installed or does not start
    public static Session open(String platform) {
        synchronized (OPEN) {
            Session open = OPEN.get(platform);
            if (open != null && !open.isClosed()) return open;
            Session fresh = new Session(Devices.client(platform));
            OPEN.put(platform, fresh);
            return fresh;
        }
    }

    /// The kind of device: `cpu`, `cuda` or `tpu`.
    public String platform() {
        return client.platform();
    }

    /// Whether the device multiplies bf16 in hardware. Where it does not, f32 dots over bf16 storage are faster.
    public boolean hasBf16() {
        return useBf16 && switch (platform()) {
            case "cpu" -> cpu.hasBf16();
            case "tpu" -> true;
            default -> computeCapability() >= 8.0;
        };
    }

    /// Whether models loaded from now on may use the device's bf16 units; `false` rehearses a device without them (a T4). Returns this.
    public Session useBf16(boolean use) {
        useBf16 = use;
        return this;
    }

    /// Whether programs may hold [tunebook.graph.OpsDot#streamed]: on a CPU, where Java was started with `--add-modules jdk.incubator.vector`.
    public boolean streamsDots() {
        return streamsDots;
    }

    private double computeCapability() {
        Object text = device.attributes().get("compute_capability");
        return text instanceof String s && s.matches("\\d+\\.\\d+") ? Double.parseDouble(s) : 0;
    }

    /// One line on device, plug-in and memory.
    public String describe() {
        String memory = device.memory().map(m -> ", " + (m.limit() - m.inUse() >> 20) + " of " + (m.limit() >> 20) + " MiB free").orElse("");
        return platform() + ": " + device.kind() + ", " + client.devices().size() + " device(s)" + memory + "; " + client.plugin();
    }

    /// What the bits of a program's results depend on besides its text: plug-in, device, and the processor that a CPU program is compiled for.
    public String identity() {
        return versions() + (platform().equals("cpu") ? ", " + cpu.key() : "");
    }

    /// Device and plug-in: kind, model, version and SHA-256.
    public String versions() {
        return platform() + ", " + device.kind() + ", " + client.version() + ", plug-in " + client.plugin().sha256();
    }

    /// Bytes of all open buffers, by shape and element type.
    public long liveBytes() {
        return client.live().bytes();
    }

    /// Number of open buffers.
    public int liveBuffers() {
        return client.live().buffers();
    }

    /// Number of native executables that are loaded.
    public int livePrograms() {
        return client.live().executables();
    }

    /// Bytes of the open buffers by owner.
    public Map<String, Long> liveBytesByOwner() {
        return client.live().bytesByOwner();
    }

    /// Memory of the device by its own allocator's count; empty where the plug-in does not say (CPU).
    public Optional<DeviceMemory> deviceMemory() {
        return device.memory().map(m -> new DeviceMemory(m.inUse(), m.peak(), m.limit()));
    }

    /// Copies `array` to the device. The caller closes the buffer, and may change or free the array at once.
    ///
    /// @throws TunebookException if the device is full, with the live buffers by owner
    public Buffer put(HostArray array) {
        return put(array, "array");
    }

    /// The same, counted for `owner`.
    public Buffer put(HostArray array, String owner) {
        return new Buffer(this, retrying(() -> client.put(array, device, owner)));
    }

    /// An arena for an array that is to be adopted, 64-byte aligned memory for any thread. It is not zeroed: all of it must be written.
    public static Arena unsetMemory() {
        return Client.unsetMemory();
    }

    /// Puts `array` on the device and takes over `memory`, its arena, 64-byte aligned: on a CPU the buffer is this memory, not a copy, and frees it;
    /// elsewhere it is freed once it is copied, and when this fails. The array must not be changed from now on.
    public Buffer adopt(HostArray array, Arena memory, String owner) {
        try {
            return new Buffer(this, retrying(() -> client.adopt(array, memory, device, owner)));
        } catch (Throwable t) {
            memory.close();
            throw t;
        }
    }

    /// XLA flags for the programs compiled from now on in place of the defaults, by name without dashes (`xla_cpu_enable_fast_math`): a
    /// Boolean, Long, Double or String each. Returns this.
    public synchronized Session xlaFlags(Map<String, Object> flags) {
        xlaFlags = Map.copyOf(flags);
        return this;
    }

    /// Compiles `program`, or takes it from memory or from the cache on disk. The caller closes it.
    ///
    /// @throws TunebookException with the compiler's message if it refuses the text, or if the text's results are not `program.outputs()`
    public synchronized Compiled compile(Program program) {
        return compile(program, xlaFlags);
    }

    /// The same with XLA flags for this program alone.
    public synchronized Compiled compile(Program program, Map<String, Object> flags) {
        var options = new CompileOptions(1, flags);
        String key = ProgramCache.key("1", program.text(), options.toString(), client.plugin().sha256(), client.version(), device.kind(),
            device.attributes().toString(), cpu.key(), System.getenv().getOrDefault("XLA_FLAGS", ""));
        SharedExecutable shared = loaded.get(key);
        if (shared == null || !shared.acquire()) {
            shared = new SharedExecutable(retrying(() -> fromDisk(key, program).orElseGet(() -> compileNow(key, program, options))));
            shared.acquire();
            loaded.put(key, shared);
        } else cacheHits.incrementAndGet();
        return wrap(program, shared);
    }

    /// The numbers of one symbolic value, for looking at it: compiles what it needs, runs that once and frees everything again.
    ///
    /// @param inputs the parameters of its graph that it depends on, by name; others are left alone
    /// @throws TunebookException if a parameter that it depends on is not given, or has another element type or shape
    public HostArray evaluate(Tensor value, Map<String, HostArray> inputs) {
        Program program = StableHlo.emit(value);
        var given = new ArrayList<Buffer>();
        try (Compiled compiled = compile(program)) {
            for (Program.Slot slot : program.inputs()) {
                HostArray input = inputs.get(slot.name());
                if (input == null)
                    throw TunebookException.of("Session.evaluate", "no value for parameter \"" + slot.name() + '"', "given: " + inputs.keySet().stream().sorted().toList(),
                        "add \"" + slot.name() + "\", " + slot.dtype() + slot.shape() + ", to the map");
                given.add(put(input, "evaluate"));
            }
            try (Buffer result = compiled.run(given).getFirst()) {
                return result.toHost();
            }
        } finally {
            given.forEach(Buffer::close);
        }
    }

    private Compiled wrap(Program program, SharedExecutable shared) {
        try {
            return new Compiled(this, program, shared);
        } catch (TunebookException e) {
            shared.release();
            throw e;
        }
    }

    private Optional<Executable> fromDisk(String key, Program program) {
        Optional<byte[]> kept = cache.read(key);
        if (kept.isEmpty()) return Optional.empty();
        try {
            Executable executable = client.load(program.name(), kept.get());
            cacheHits.incrementAndGet();
            return Optional.of(executable);
        } catch (TunebookException e) {
            if (PluginErrors.isOutOfMemory(e)) throw e;
            cache.damaged(key, e.getMessage());
            return Optional.empty();
        }
    }

    private Executable compileNow(String key, Program program, CompileOptions options) {
        Executable executable = client.compile(program.name(), program.text(), options);
        compilations.incrementAndGet();
        try {
            cache.write(key, executable.serialize());
        } catch (TunebookException e) {
            note("compile cache: program " + program.name() + " is not kept: " + e.getMessage());
        }
        return executable;
    }

    /// How many programs the compiler was run for.
    public int compilations() {
        return compilations.get();
    }

    /// How many programs came from memory or disk instead.
    public int cacheHits() {
        return cacheHits.get();
    }

    /// What went wrong without stopping anything (a damaged cache file), oldest first.
    public List<String> notes() {
        return List.copyOf(notes);
    }

    private void note(String text) {
        notes.add(text);
        System.getLogger("tunebook").log(System.Logger.Level.WARNING, text);
    }

    /// Does `work`; if the device is full, collects garbage, so that forgotten buffers are freed, and does it once more.
    <T> T retrying(Supplier<T> work) {
        return retrying(work, () -> true);
    }

    /// The same where `work` can only be repeated while `whole` holds.
    <T> T retrying(Supplier<T> work, BooleanSupplier whole) {
        try {
            return work.get();
        } catch (TunebookException e) {
            if (!PluginErrors.isOutOfMemory(e)) throw e;
            if (!whole.getAsBoolean()) throw OutOfMemory.report(e, client.live(), device);
            OutOfMemory.freeForgotten(client.live());
        }
        return explaining(work);
    }

    /// Does `work`; if the device is full, the error lists the live buffers by owner.
    <T> T explaining(Supplier<T> work) {
        try {
            return work.get();
        } catch (TunebookException e) {
            throw PluginErrors.isOutOfMemory(e) ? OutOfMemory.report(e, client.live(), device) : e;
        }
    }

    public boolean isClosed() {
        return client.isClosed();
    }

    /// Frees everything on the device. A second call does nothing.
    @Override
    public void close() {
        client.close();
    }

    @Override
    public String toString() {
        return describe();
    }
}
