package tunebook.engine.pjrt.ffi;

import tunebook.tensor.TunebookException;

/// The cause of a [TunebookException] that began in a plug-in, so that its code can be asked for.
public final class PjrtError extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final ErrorCode code;

    private PjrtError(Status status) {
        super(status.code() + ": " + status.message(), null, false, false);
        this.code = status.code();
    }

    /// The one place where an error of the C API becomes ours.
    ///
    /// @throws TunebookException if `status` is not OK: `operation: CODE: the plug-in's message — given — remedy`
    public static void check(Status status, String operation, String given, String remedy) {
        if (!status.ok()) throw of(status, operation, given, remedy);
    }

    /// The exception for a failed `status`.
    public static TunebookException of(Status status, String operation, String given, String remedy) {
        return TunebookException.because(new PjrtError(status), operation, status.code() + ": " + status.message().strip(), given, remedy);
    }

    /// The plug-in's code behind `e`; [ErrorCode#OK] where the error did not come from a plug-in.
    public static ErrorCode codeOf(TunebookException e) {
        return e.getCause() instanceof PjrtError p ? p.code : ErrorCode.OK;
    }
}
