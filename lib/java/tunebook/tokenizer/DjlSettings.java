package tunebook.tokenizer;

/// What DJL reads from system properties, set before its first use.
///
/// Left alone it asks for the cloud machine's name, reports its use, downloads another build of its native library
/// where it sees a GPU, and logs each of its steps.
final class DjlSettings {
    private DjlSettings() {}

    static void apply() {
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.offline", "true");
        if (System.getProperty("RUST_FLAVOR") == null) System.setProperty("RUST_FLAVOR", "cpu");
        if (System.getProperty("org.slf4j.simpleLogger.log.ai.djl") == null) System.setProperty("org.slf4j.simpleLogger.log.ai.djl", "warn");
    }
}
