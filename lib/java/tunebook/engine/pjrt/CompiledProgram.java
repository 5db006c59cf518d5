package tunebook.engine.pjrt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import tunebook.engine.pjrt.ffi.Api;
import tunebook.engine.pjrt.ffi.BufferType;
import tunebook.engine.pjrt.ffi.Call;
import tunebook.engine.pjrt.ffi.Function;
import tunebook.engine.pjrt.ffi.Memory;
import tunebook.tensor.Shape;

/// The questions that a `PJRT_Executable` (a compiled program apart from any device) answers. Whoever has the address frees it.
record CompiledProgram(Api api, long address, String name) {

    private Call call(Function function) {
        return new Call(api, function).set("executable", address);
    }

    List<ResultType> results() {
        int[] types = types();
        try (var call = call(Function.EXECUTABLE_OUTPUT_DIMENSIONS)) {
            call.invoke("Executable.results", "program " + name, "report this");
            long[] ranks = Memory.longs(call.get("dim_sizes"), types.length);
            long[] dims = Memory.longs(call.get("dims"), Arrays.stream(ranks).sum());
            var list = new ArrayList<ResultType>();
            int at = 0;
            for (int i = 0; i < types.length; i++) {
                int[] shape = Arrays.stream(dims, at, at += (int) ranks[i]).mapToInt(Math::toIntExact).toArray();
                list.add(new ResultType(BufferType.dtype(types[i]), Shape.of(shape)));
            }
            return List.copyOf(list);
        }
    }

    private int[] types() {
        try (var call = call(Function.EXECUTABLE_OUTPUT_ELEMENT_TYPES)) {
            call.invoke("Executable.results", "program " + name, "report this");
            return Memory.ints(call.get("output_types"), call.get("num_output_types"));
        }
    }

    byte[] serialize() {
        try (var call = call(Function.EXECUTABLE_SERIALIZE)) {
            call.invoke("Executable.serialize", "program " + name, "run it without the disk cache");
            byte[] bytes = Memory.bytes(call.get("serialized_bytes"), call.get("serialized_bytes_size"));
            api.delete(call.get("serialized_executable_deleter"), call.get("serialized_executable"));
            return bytes;
        }
    }

    Optional<CompiledMemory> memory() {
        if (!api.has(Function.EXECUTABLE_GET_COMPILED_MEMORY_STATS)) return Optional.empty();
        try (var call = call(Function.EXECUTABLE_GET_COMPILED_MEMORY_STATS)) {
            if (!call.status().ok()) return Optional.empty();
            return Optional.of(new CompiledMemory(call.get("argument_size_in_bytes"), call.get("output_size_in_bytes"),
                call.get("alias_size_in_bytes"), call.get("temp_size_in_bytes"), call.get("generated_code_size_in_bytes"),
                call.get("peak_memory_in_bytes")));
        }
    }
}
