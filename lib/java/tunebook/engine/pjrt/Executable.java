package tunebook.engine.pjrt;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tunebook.engine.pjrt.ffi.Api;
import tunebook.engine.pjrt.ffi.Call;
import tunebook.engine.pjrt.ffi.Fields;
import tunebook.engine.pjrt.ffi.Function;
import tunebook.engine.pjrt.ffi.Memory;
import tunebook.engine.pjrt.ffi.PjrtError;
import tunebook.engine.pjrt.ffi.Structs;
import tunebook.tensor.TunebookException;

/// A compiled program on its device, ready to run. Whoever got it closes it.
public final class Executable implements AutoCloseable {
    private final Client client;
    private final Api api;
    private final String name;
    private final Native half;
    private final Cleaner.Cleanable cleanable;
    private final Cleaner.Cleanable descriptionCleanable;
    private final CompiledProgram description;
    private final List<ResultType> results;
    private final int devices;
    /// The argument struct of a run and what it points to, laid out once: only pointers change between runs.
    private final Fields execute;
    private final MemorySegment options;
    private final MemorySegment argumentList;
    private final MemorySegment resultList;
    private final MemorySegment outputs;
    private MemorySegment arguments = Memory.pointers(0);

    Executable(Client client, long address, String name) {
        this.client = client;
        this.api = client.api();
        this.name = name;
        this.half = Native.executable(client.live(), address, "program " + name);
        this.cleanable = Native.CLEANER.register(this, half);
        this.description = new CompiledProgram(api, describe(address), name);
        this.descriptionCleanable = Native.CLEANER.register(this, Native.description(client.live(), description.address(), "program " + name));
        this.results = description.results();
        this.devices = devices(address);
        this.outputs = Memory.pointers(devices * results.size());
        this.options = Structs.EXECUTE_OPTIONS.in(Arena.ofAuto()).segment();
        this.argumentList = Memory.pointers(devices);
        this.resultList = Memory.pointers(devices);
        for (int d = 0; d < devices; d++) Memory.pointer(resultList, d, outputs.address() + 8L * d * results.size());
        this.execute = Function.LOADED_EXECUTABLE_EXECUTE.arguments().in(Arena.ofAuto()).set("executable", address).set("options", options)
            .set("argument_lists", argumentList).set("num_devices", (long) devices).set("output_lists", resultList);
    }

    private int devices(long loaded) {
        try (var call = new Call(api, Function.LOADED_EXECUTABLE_ADDRESSABLE_DEVICES)) {
            call.set("executable", loaded).invoke("Executable.devices", "program " + name, "report this");
            return Math.toIntExact(call.get("num_addressable_devices"));
        }
    }

    private long describe(long loaded) {
        try (var call = new Call(api, Function.LOADED_EXECUTABLE_GET_EXECUTABLE)) {
            return call.set("loaded_executable", loaded).invoke("Executable.describe", "program " + name, "report this").get("executable");
        }
    }

    public String name() {
        return name;
    }

    /// Element types and shapes of the results on one device, in order.
    public List<ResultType> results() {
        return results;
    }

    /// Runs the program on one device. It returns when the work is queued; what reads the results waits for it.
    ///
    /// @param inputs in the program's order, on this client; donated ones are unusable after success, and the caller closes them
    /// @param owner  whom the results are counted for
    /// @return the results in order, which the caller closes
    /// @throws TunebookException if an input is closed or the plug-in refuses (see [PluginErrors])
    public List<Buffer> execute(List<Buffer> inputs, String owner) {
        return executeAll(List.of(inputs), owner).getFirst();
    }

    /// The same on all the devices that the program was partitioned for: inputs and results of each device in the devices' order.
    public synchronized List<List<Buffer>> executeAll(List<List<Buffer>> inputs, String owner) {
        client.live().inUse().lock();
        try {
            half.address("Compiled.run", "program " + name);
            checkDevices(inputs.size());
            writeArguments(inputs);
            PjrtError.check(api.call(Function.LOADED_EXECUTABLE_EXECUTE, execute.segment()), "Compiled.run", "program " + name,
                "check the inputs, and the device's memory");
            var all = new ArrayList<List<Buffer>>(devices);
            for (int d = 0; d < devices; d++) all.add(takeOutputs(d * results.size(), owner));
            return all;
        } finally {
            client.live().inUse().unlock();
            Reference.reachabilityFence(inputs);
            Reference.reachabilityFence(this);
        }
    }

    private void checkDevices(int given) {
        if (given != devices)
            throw TunebookException.of("Compiled.run", "program " + name + " runs on " + devices + " devices", "inputs for " + given, "give inputs for each device");
    }

    private void writeArguments(List<List<Buffer>> inputs) {
        int count = inputs.getFirst().size();
        if (arguments.byteSize() < 8L * count * devices) arguments = Memory.pointers(count * devices);
        for (int d = 0; d < devices; d++) {
            List<Buffer> row = inputs.get(d);
            for (int i = 0; i < count; i++) Memory.pointer(arguments, d * count + i, row.get(i).address("Compiled.run"));
            Memory.pointer(argumentList, d, arguments.address() + 8L * d * count);
        }
        execute.set("num_args", (long) count);
    }

    private List<Buffer> takeOutputs(int from, String owner) {
        var out = new ArrayList<Buffer>(results.size());
        for (int i = 0; i < results.size(); i++) {
            var type = results.get(i);
            Native n = Native.buffer(client.live(), Memory.pointer(outputs, from + i), type.bytes(), owner);
            out.add(new Buffer(client, n, type.dtype(), type.shape()));
        }
        return out;
    }

    /// The native code and its description as bytes, for [Client#load].
    ///
    /// @throws TunebookException if the plug-in cannot write this one
    public byte[] serialize() {
        half.address("Executable.serialize", "program " + name);
        return description.serialize();
    }

    /// What the compiler says the program needs; empty where the plug-in does not say.
    public Optional<CompiledMemory> memory() {
        half.address("Executable.memory", "program " + name);
        return description.memory();
    }

    public boolean isClosed() {
        return half.isClosed();
    }

    /// Frees the program. A second call does nothing.
    @Override
    public synchronized void close() {
        descriptionCleanable.clean();
        cleanable.clean();
    }
}
