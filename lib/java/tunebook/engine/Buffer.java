package tunebook.engine;

import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;

/// An array on a session's device. Whoever got it closes it; a forgotten one is freed some time after it became unreachable.
///
/// Using it after `close()`, or after it was donated to a program, throws with its owner, element type and shape.
public final class Buffer implements AutoCloseable {
    private final Session session;
    private final tunebook.engine.pjrt.Buffer device;

    Buffer(Session session, tunebook.engine.pjrt.Buffer device) {
        this.session = session;
        this.device = device;
    }

    tunebook.engine.pjrt.Buffer device() {
        return device;
    }

    public DType dtype() {
        return device.dtype();
    }

    public Shape shape() {
        return device.shape();
    }

    /// Size in bytes by shape and element type.
    public long bytes() {
        return shape().size() * dtype().bytes();
    }

    /// Who holds it, for the message of a full device.
    public String owner() {
        return device.owner();
    }

    /// Says who holds it from now on; returns this.
    public Buffer ownedBy(String owner) {
        device.owner(owner);
        return this;
    }

    /// A copy in the host's memory; waits for the program that computes it.
    ///
    /// @throws tunebook.tensor.TunebookException if it is closed, or if that program failed on the device
    public HostArray toHost() {
        return session.explaining(device::toHost);
    }

    /// Copies it over `to`, native memory of its type and shape; waits for the program that computes it.
    ///
    /// @throws tunebook.tensor.TunebookException as [#toHost] does, or if type or shape are others
    public void toHost(HostArray to) {
        session.explaining(() -> {
            device.toHost(to);
            return to;
        });
    }

    /// Waits until the program that computes it has ended.
    ///
    /// @throws tunebook.tensor.TunebookException if it is closed, or if that program failed on the device
    public void await() {
        session.explaining(() -> {
            device.await();
            return this;
        });
    }

    public boolean isClosed() {
        return device.isClosed();
    }

    /// Frees it, once the programs that read it have ended. A second call does nothing.
    @Override
    public void close() {
        device.close();
    }

    @Override
    public String toString() {
        return device.toString();
    }
}
