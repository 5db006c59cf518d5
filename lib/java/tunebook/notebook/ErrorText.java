package tunebook.notebook;

import java.util.ArrayList;
import java.util.List;
import tunebook.tensor.TunebookException;

/// How an exception reads below a cell: its name and message first, then the frames that belong to the cell and to
/// libraries, without those of the machinery that runs cells.
final class ErrorText {
    private static final String RED = "\u001b[31m";
    private static final String BOLD = "\u001b[1m";
    private static final String GREY = "\u001b[90m";
    private static final String PLAIN = "\u001b[0m";
    private static final int FRAMES = 20;

    private ErrorText() {}

    /// The lines for what a cell threw, causes included, coloured by ANSI codes.
    static List<String> lines(CellFailure failure) {
        List<String> lines = new ArrayList<>();
        Throwable thrown = failure.getCause();
        lines.add(RED + BOLD + thrown.getClass().getSimpleName() + PLAIN + ": " + message(thrown));
        addFrames(lines, thrown);
        for (Throwable cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
            lines.add(GREY + "caused by " + PLAIN + cause.getClass().getSimpleName() + ": " + message(cause));
            addFrames(lines, cause);
        }
        return lines;
    }

    private static String message(Throwable thrown) {
        if (thrown instanceof OutOfMemoryError)
            return thrown.getMessage() + ": the Java heap is full (" + (Runtime.getRuntime().maxMemory() >> 20)
                + " MB). Set TUNEBOOK_XMX to more, say TUNEBOOK_XMX=8g, and restart the kernel.";
        return String.valueOf(thrown.getMessage());
    }

    private static void addFrames(List<String> lines, Throwable thrown) {
        if (thrown instanceof TunebookException && thrown.getCause() == null) return; // the message says what to do
        StackTraceElement[] frames = thrown.getStackTrace();
        int shown = 0;
        for (StackTraceElement frame : frames) {
            if (isMachinery(frame)) continue;
            if (++shown > FRAMES) {
                lines.add(GREY + "    …" + PLAIN);
                return;
            }
            lines.add(GREY + "    at " + place(frame) + PLAIN);
        }
    }

    private static boolean isMachinery(StackTraceElement frame) {
        String name = frame.getClassName();
        return name.startsWith("tunebook.notebook.Cell") || name.startsWith("jdk.internal.reflect.")
            || name.startsWith("java.lang.reflect.") || name.equals("java.lang.Thread")
            || (name.startsWith("REPL.") && frame.getMethodName().equals("do_it$"));
    }

    private static String place(StackTraceElement frame) {
        if (!frame.getClassName().startsWith("REPL.")) return frame.toString();
        return "the cell's " + frame.getMethodName() + ", line " + frame.getLineNumber();
    }
}
