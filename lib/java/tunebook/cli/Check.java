package tunebook.cli;

/// One line of `./tunebook doctor`.
///
/// @param level  how it stands
/// @param what   what was looked at and found
/// @param remedy what to do about it; empty where there is nothing to do
record Check(Level level, String what, String remedy) {
    enum Level {
        /// In order.
        OK("ok  "),
        /// Not there, and not needed here.
        NONE("-   "),
        /// Wrong: something will not work.
        RED("RED ");

        final String mark;

        Level(String mark) {
            this.mark = mark;
        }
    }

    static Check ok(String what) {
        return new Check(Level.OK, what, "");
    }

    static Check none(String what) {
        return new Check(Level.NONE, what, "");
    }

    static Check red(String what, String remedy) {
        return new Check(Level.RED, what, remedy);
    }

    @Override
    public String toString() {
        return "  " + level.mark + "  " + what + (remedy.isEmpty() ? "" : "\n          → " + remedy);
    }
}
