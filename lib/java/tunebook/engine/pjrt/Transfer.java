package tunebook.engine.pjrt;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import tunebook.engine.pjrt.ffi.BufferType;
import tunebook.engine.pjrt.ffi.Call;
import tunebook.engine.pjrt.ffi.Function;
import tunebook.engine.pjrt.ffi.Memory;
import tunebook.tensor.HostArray;
import tunebook.tensor.TunebookException;

/// Host memory to device memory.
///
/// Three of the header's semantics are used. Small arrays are copied within the call (`ImmutableOnlyDuringCall`). Large ones are
/// read by the plug-in while we wait (`ImmutableUntilTransferCompletes`: no staging copy), so that a caller may reuse its array either way.
/// [#adopt] asks for `ImmutableZeroCopy`: the runtime reads the host's memory as long as the buffer lives and never writes it, even when it
/// is donated.
final class Transfer {
    private static final int ONLY_DURING_CALL = 0, UNTIL_TRANSFER_COMPLETES = 1, ZERO_COPY = 2;
    private static final long SMALL = 64 << 10;

    private Transfer() {}

    static Buffer copy(Client client, HostArray array, Device device, String owner) {
        boolean small = array.bytes().byteSize() <= SMALL;
        try (var call = start(client, array, device, small ? ONLY_DURING_CALL : UNTIL_TRANSFER_COMPLETES)) {
            long address = call.get("buffer");
            var buffer = new Buffer(client, Native.buffer(client.live(), address, array.bytes().byteSize(), owner), array.dtype(), array.shape());
            Events.await(client.api(), call.get("done_with_host_buffer"), "Session.put", array.toString());
            Reference.reachabilityFence(array);
            return buffer;
        }
    }

    static Buffer adopt(Client client, HostArray array, Arena memory, Device device, String owner) {
        if (!client.platform().equals("cpu")) {
            Buffer copied = copy(client, array, device, owner);
            memory.close();
            return copied;
        }
        try (var call = start(client, array, device, ZERO_COPY)) {
            var half = Native.adopting(client.live(), call.get("buffer"), owner, array.bytes().byteSize(), memory, call.get("done_with_host_buffer"));
            return new Buffer(client, half, array.dtype(), array.shape());
        }
    }

    private static Call start(Client client, HostArray array, Device device, int semantics) {
        var call = new Call(client.api(), Function.CLIENT_BUFFER_FROM_HOST_BUFFER);
        try {
            call.set("client", client.live().client()).set("device", device.address());
            call.set("data", readable(array, call)).set("type", BufferType.of(array.dtype()));
            call.set("dims", Memory.dims(call.arena(), array.shape().dims())).set("num_dims", (long) array.shape().rank());
            call.set("host_buffer_semantics", semantics);
            return call.invoke("Session.put", array.toString() + ", " + array.bytes().byteSize() + " bytes",
                "close what is no longer used, or take a smaller batch");
        } catch (Throwable t) {
            call.close();
            throw t;
        }
    }

    /// The array's memory, native and open. An array on the Java heap is copied to native memory that lives as long as the call.
    private static MemorySegment readable(HostArray array, Call call) {
        MemorySegment bytes = array.bytes();
        if (!bytes.scope().isAlive() || !bytes.isAccessibleBy(Thread.currentThread()))
            throw TunebookException.of("Session.put", "the array's memory is closed or belongs to another thread", array.toString(),
                "keep the file it was read from open until it is on the device");
        return bytes.isNative() ? bytes : call.arena().allocate(bytes.byteSize(), 64).copyFrom(bytes);
    }
}
