package tunebook.tensor;

/// How the command line is called here: `./tunebook` in a checkout, `tunebook` where the wheel installed it.
public final class Launcher {
    private static final String COMMAND = System.getenv().getOrDefault("TUNEBOOK_COMMAND", "./tunebook");

    private Launcher() {}

    /// The whole command for messages: `./tunebook doctor`.
    public static String command(String arguments) {
        return COMMAND + " " + arguments;
    }
}
