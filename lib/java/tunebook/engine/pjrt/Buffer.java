package tunebook.engine.pjrt;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import tunebook.engine.pjrt.ffi.Api;
import tunebook.engine.pjrt.ffi.Call;
import tunebook.engine.pjrt.ffi.Function;
import tunebook.engine.pjrt.ffi.Memory;
import tunebook.engine.pjrt.ffi.Structs;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;
import tunebook.tensor.TunebookException;

/// An array in a device's memory. Whoever got it closes it; a forgotten one is freed some time after it became unreachable.
public final class Buffer implements AutoCloseable {
    private final Client client;
    private final Native half;
    private final Cleaner.Cleanable cleanable;
    private final DType dtype;
    private final Shape shape;

    Buffer(Client client, Native half, DType dtype, Shape shape) {
        this.client = client;
        this.half = half;
        this.dtype = dtype;
        this.shape = shape;
        this.cleanable = Native.CLEANER.register(this, half);
    }

    public DType dtype() {
        return dtype;
    }

    public Shape shape() {
        return shape;
    }

    /// Who holds it, for messages.
    public String owner() {
        return half.owner;
    }

    /// Says who holds it from now on.
    public void owner(String owner) {
        half.owner = owner;
    }

    public boolean isClosed() {
        return half.isClosed();
    }

    long address(String operation) {
        return half.address(operation, toString());
    }

    /// A copy in the host's memory, row-major; waits for the program that computes it.
    ///
    /// @throws tunebook.tensor.TunebookException if it is closed, or if that program failed on the device
    public HostArray toHost() {
        HostArray to = HostArray.zeros(dtype, shape);
        toHost(to);
        return to;
    }

    /// Copies it over `to`, native memory of its type and shape.
    ///
    /// @throws TunebookException as [#toHost] does, or if type or shape are others
    public void toHost(HostArray to) {
        if (to.dtype() != dtype || !to.shape().equals(shape) || !to.bytes().isNative())
            throw TunebookException.of("Buffer.toHost", "the target does not fit", this + " into " + to, "give native memory of the same type and shape");
        client.live().using(() -> copyTo(to));
    }

    private HostArray copyTo(HostArray to) {
        Api api = client.api();
        try (var call = new Call(api, Function.BUFFER_TO_HOST_BUFFER)) {
            call.set("src", address("Buffer.toHost")).set("dst", to.bytes()).set("dst_size", to.bytes().byteSize());
            if (shape.rank() > 1) call.set("host_layout", rowMajor(call));
            call.invoke("Buffer.toHost", toString(), "close what is no longer used");
            Events.await(api, call.get("event"), "Buffer.toHost", toString());
        }
        Reference.reachabilityFence(this);
        return to;
    }

    /// A device may keep another order than the host's: say which one is wanted.
    private MemorySegment rowMajor(Call call) {
        int rank = shape.rank();
        long[] minorToMajor = new long[rank];
        for (int i = 0; i < rank; i++) minorToMajor[i] = rank - 1 - i;
        return Structs.TILED_LAYOUT.in(call.arena()).set("tiled_size", Structs.TILED_SIZE)
            .set("minor_to_major", Memory.of(call.arena(), minorToMajor)).set("minor_to_major_size", (long) rank).set("type", 0).segment();
    }

    /// Waits until the program that computes it has ended.
    ///
    /// @throws tunebook.tensor.TunebookException if it failed on the device
    public void await() {
        try (var call = new Call(client.api(), Function.BUFFER_READY_EVENT)) {
            call.set("buffer", address("Buffer.await")).invoke("Buffer.await", toString(), "report this");
            Events.await(client.api(), call.get("event"), "Buffer.await", toString());
        }
        Reference.reachabilityFence(this);
    }

    /// Whether the device has taken its memory away (a donation that went through), though it was not closed here.
    public boolean isTaken() {
        try (var call = new Call(client.api(), Function.BUFFER_IS_DELETED)) {
            return call.set("buffer", address("Buffer.isTaken")).invoke("Buffer.isTaken", toString(), "report this").getBoolean("is_deleted");
        }
    }

    /// Frees the device's memory, once the programs that read it have ended. A second call does nothing.
    @Override
    public void close() {
        cleanable.clean();
    }

    @Override
    public String toString() {
        return half.owner + " " + dtype + shape;
    }
}
