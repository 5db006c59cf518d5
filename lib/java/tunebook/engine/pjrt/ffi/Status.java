package tunebook.engine.pjrt.ffi;

/// What a call to the plug-in came to: [ErrorCode#OK], or a code with the plug-in's own message.
public record Status(ErrorCode code, String message) {
    static final Status SUCCESS = new Status(ErrorCode.OK, "");

    public boolean ok() {
        return code == ErrorCode.OK;
    }
}
