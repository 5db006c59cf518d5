package tunebook.check;

/// One thing that was looked at: a line of `./tunebook doctor` and of notebook 00.
///
/// @param level  how it stands
/// @param what   what was looked at and found
/// @param remedy what to do about it; empty where there is nothing to do
public record Check(Level level, String what, String remedy) {
    /// How a line stands.
    public enum Level {
        /// In order.
        OK("ok  "),
        /// Not there, and not needed here.
        NONE("-   "),
        /// Wrong: something will not work.
        RED("RED ");

        private final String mark;

        Level(String mark) {
            this.mark = mark;
        }

        /// Four letters before the line.
        public String mark() {
            return mark;
        }
    }

    /// In order.
    public static Check ok(String what) {
        return new Check(Level.OK, what, "");
    }

    /// Not there, and not needed.
    public static Check none(String what) {
        return new Check(Level.NONE, what, "");
    }

    /// Wrong, with what to do about it.
    public static Check red(String what, String remedy) {
        return new Check(Level.RED, what, remedy);
    }

    /// The same without the folders that it names: for what others are to read.
    public Check withoutPaths() {
        return new Check(level, what.replaceAll("(?<=[\\s(])/[^\\s,;)]*/", ""), remedy);
    }

    @Override
    public String toString() {
        return "  " + level.mark + "  " + what + (remedy.isEmpty() ? "" : "\n          → " + remedy);
    }
}
