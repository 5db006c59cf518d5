package tunebook.engine.pjrt;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import tunebook.tensor.TunebookException;

/// How a program is compiled: partitions and XLA's own flags.
///
/// @param partitions over how many devices the program is split by SPMD partitioning; 1 is none
/// @param flags      XLA debug options by name without dashes (`xla_cpu_enable_fast_math`): a Boolean, Long, Double or String each
public record CompileOptions(int partitions, Map<String, Object> flags) {
    public CompileOptions {
        flags = Collections.unmodifiableMap(new TreeMap<>(flags));
    }

    /// One replica, one partition, no flags.
    public CompileOptions() {
        this(1, Map.of());
    }

    public CompileOptions partitions(int n) {
        return new CompileOptions(n, flags);
    }

    /// These options with one more flag.
    public CompileOptions flag(String name, Object value) {
        var map = new TreeMap<>(flags);
        map.put(name, value);
        return new CompileOptions(partitions, map);
    }

    /// These options on top of `defaults`: a flag set here wins.
    CompileOptions over(Map<String, Object> defaults) {
        var map = new TreeMap<>(defaults);
        map.putAll(flags);
        return new CompileOptions(partitions, map);
    }

    /// The serialized `CompileOptionsProto` (xla/pjrt/proto/compile_options.proto): field 3 the build options, field 7 the flags.
    public byte[] toProto() {
        Proto build = new Proto().varint(4, 1).varint(5, partitions);
        if (partitions > 1) build.varint(6, 1).message(9, deviceAssignment());
        Proto options = new Proto().message(3, build);
        flags.forEach((name, value) -> options.message(7, new Proto().text(1, name).message(2, override(value))));
        return options.toBytes();
    }

    /// One computation for each partition, on the device of the same number (xla_data.proto, `DeviceAssignmentProto`).
    private Proto deviceAssignment() {
        Proto assignment = new Proto().varint(1, 1).varint(2, partitions);
        for (int device = 0; device < partitions; device++) assignment.message(3, new Proto().varint(1, device));
        return assignment;
    }

    private static Proto override(Object value) {
        return switch (value) {
            case String s -> new Proto().text(1, s);
            case Boolean b -> new Proto().varint(2, b ? 1 : 0);
            case Long n -> new Proto().varint(3, n);
            case Integer n -> new Proto().varint(3, n);
            case Double d -> new Proto().fixed64(4, Double.doubleToRawLongBits(d));
            default -> throw TunebookException.of("CompileOptions.flag", "a flag of type " + value.getClass().getSimpleName(),
                String.valueOf(value), "give a Boolean, Long, Double or String");
        };
    }
}
