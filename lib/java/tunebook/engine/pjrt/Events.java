package tunebook.engine.pjrt;

import tunebook.engine.pjrt.ffi.Api;
import tunebook.engine.pjrt.ffi.Call;
import tunebook.engine.pjrt.ffi.Function;
import tunebook.engine.pjrt.ffi.PjrtError;
import tunebook.engine.pjrt.ffi.Status;

/// Waiting for what the device does in its own time.
final class Events {
    private Events() {}

    /// Waits for `event` and frees it. An error of the work behind it is thrown here.
    static void await(Api api, long event, String operation, String given) {
        Status status = awaitStatus(api, event);
        PjrtError.check(status, operation, given, "the work on the device failed; earlier results are lost");
    }

    private static Status awaitStatus(Api api, long event) {
        try (var await = new Call(api, Function.EVENT_AWAIT); var destroy = new Call(api, Function.EVENT_DESTROY)) {
            Status status = await.set("event", event).status();
            destroy.set("event", event).status();
            return status;
        }
    }
}
