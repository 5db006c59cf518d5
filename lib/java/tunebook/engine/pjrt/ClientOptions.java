package tunebook.engine.pjrt;

/// What a plug-in is told when its client starts, and what to do when it refuses.
final class ClientOptions {
    private ClientOptions() {}

    static String remedy(String platform) {
        return switch (platform) {
            case "tpu" -> "a TPU serves one process at a time: stop the other kernel that holds it, then restart this one";
            case "cuda" -> "check nvidia-smi, the driver's version, and that no other process holds the device's memory";
            default -> "see the message above";
        };
    }
}
