package tunebook.engine.pjrt;

import java.util.Map;
import java.util.Optional;
import tunebook.engine.pjrt.ffi.Api;
import tunebook.engine.pjrt.ffi.Call;
import tunebook.engine.pjrt.ffi.Function;
import tunebook.engine.pjrt.ffi.NamedValues;

/// A device of a client. It belongs to the client and lives as long.
public final class Device {
    private final Api api;
    private final long address;
    private final int id;
    private final String kind;
    private final String text;
    private final Map<String, Object> attributes;

    Device(Api api, long address) {
        this.api = api;
        this.address = address;
        long description = description();
        this.id = id(description);
        this.kind = text(Function.DEVICE_DESCRIPTION_KIND, "device_kind", description);
        this.text = text(Function.DEVICE_DESCRIPTION_TO_STRING, "to_string", description);
        this.attributes = attributes(description);
    }

    private long description() {
        try (var call = new Call(api, Function.DEVICE_GET_DESCRIPTION)) {
            return call.set("device", address).invoke("Device.describe", "a device", "report this").get("device_description");
        }
    }

    private int id(long description) {
        try (var call = new Call(api, Function.DEVICE_DESCRIPTION_ID)) {
            return call.set("device_description", description).invoke("Device.describe", "a device", "report this").getInt("id");
        }
    }

    private String text(Function function, String field, long description) {
        try (var call = new Call(api, function)) {
            return call.set("device_description", description).invoke("Device.describe", "a device", "report this").text(field, field + "_size");
        }
    }

    private Map<String, Object> attributes(long description) {
        try (var call = new Call(api, Function.DEVICE_DESCRIPTION_ATTRIBUTES)) {
            call.set("device_description", description);
            return call.status().ok() ? NamedValues.read(call.get("attributes"), call.get("num_attributes")) : Map.of();
        }
    }

    long address() {
        return address;
    }

    /// The plug-in's number for it.
    public int id() {
        return id;
    }

    /// The maker's name: `cpu`, `Tesla T4`, `TPU v5 lite`.
    public String kind() {
        return kind;
    }

    /// What the plug-in tells of it by name (`compute_capability`, `coords`, ...); values are String, Long, `List<Long>`, Float or Boolean.
    public Map<String, Object> attributes() {
        return attributes;
    }

    /// Memory of the device as its allocator counts it; empty where the plug-in does not say (CPU).
    public Optional<MemoryUse> memory() {
        if (!api.has(Function.DEVICE_MEMORY_STATS)) return Optional.empty();
        try (var call = new Call(api, Function.DEVICE_MEMORY_STATS)) {
            if (!call.set("device", address).status().ok()) return Optional.empty();
            long limit = call.getBoolean("bytes_limit_is_set") ? call.get("bytes_limit") : 0;
            long peak = call.getBoolean("peak_bytes_in_use_is_set") ? call.get("peak_bytes_in_use") : 0;
            return Optional.of(new MemoryUse(call.get("bytes_in_use"), peak, limit));
        }
    }

    /// Device memory in bytes: in use now, at most so far, and the allocator's limit (the latter two 0 where unknown).
    public record MemoryUse(long inUse, long peak, long limit) {}

    /// The plug-in's own description.
    @Override
    public String toString() {
        return text;
    }
}
