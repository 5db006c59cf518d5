package tunebook.engine.pjrt;

import tunebook.engine.pjrt.ffi.ErrorCode;
import tunebook.engine.pjrt.ffi.PjrtError;
import tunebook.tensor.TunebookException;

/// What kind of failure a plug-in reported.
public final class PluginErrors {
    private PluginErrors() {}

    /// Whether `e` says that the device's memory is full.
    public static boolean isOutOfMemory(TunebookException e) {
        return PjrtError.codeOf(e) == ErrorCode.RESOURCE_EXHAUSTED;
    }

    /// The plug-in's code behind `e` (`INVALID_ARGUMENT`), `OK` where the error did not come from a plug-in.
    public static String codeOf(TunebookException e) {
        return PjrtError.codeOf(e).name();
    }
}
