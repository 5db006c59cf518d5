package tunebook.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import jdk.jshell.Diag;
import jdk.jshell.JShell;
import org.dflib.jjava.jupyter.messages.reply.ErrorReply;
import org.dflib.jjava.kernel.execution.CompilationException;
import org.dflib.jjava.kernel.execution.EvaluationInterruptedException;
import org.dflib.jjava.kernel.execution.IncompleteSourceException;
import tunebook.tensor.TunebookException;

/// How an error reads below a cell: its name and message first, then the frames that belong to the cell and to
/// libraries, without those of the machinery that runs cells.
///
/// @param name    the exception's simple name, or what kind of error it is
/// @param message one or more lines
/// @param lines   all that is shown, coloured by ANSI codes
record ErrorText(String name, String message, List<String> lines) {
    private static final String RED = "\u001b[31m";
    private static final String BOLD = "\u001b[1m";
    private static final String PLAIN = "\u001b[0m";
    private static final int FRAMES = 20;

    /// The text for what evaluating a cell threw. `lines` are JJava's own, for errors that show the source.
    static ErrorText of(Throwable error, List<String> lines, JShell shell) {
        return switch (error) {
            case CellFailure failure -> ofThrown(failure.getCause());
            case CompilationException e -> new ErrorText("CompilationError", diagnostics(e, shell), lines);
            case IncompleteSourceException _ -> new ErrorText("IncompleteSource", "the cell ends within a statement", lines);
            case EvaluationInterruptedException _ -> new ErrorText("Interrupted", "the cell was interrupted", lines);
            default -> new ErrorText(error.getClass().getSimpleName(), String.valueOf(error.getMessage()), lines);
        };
    }

    private static String diagnostics(CompilationException e, JShell shell) {
        return shell.diagnostics(e.getBadSnippetCompilation().snippet()).filter(Diag::isError)
            .map(d -> d.getMessage(null)).collect(Collectors.joining("\n"));
    }

    private static ErrorText ofThrown(Throwable thrown) {
        List<String> lines = new ArrayList<>();
        String name = thrown.getClass().getSimpleName();
        lines.add(RED + BOLD + name + PLAIN + ": " + message(thrown));
        addFrames(lines, thrown);
        for (Throwable cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
            lines.add("caused by " + cause.getClass().getSimpleName() + ": " + message(cause));
            addFrames(lines, cause);
        }
        return new ErrorText(name, message(thrown), lines);
    }

    private static String message(Throwable thrown) {
        if (thrown instanceof OutOfMemoryError)
            return thrown.getMessage() + ": the Java heap is full (" + (Runtime.getRuntime().maxMemory() >> 20)
                + " MB). Set TUNEBOOK_XMX to more, say TUNEBOOK_XMX=8g, and restart the kernel.";
        return thrown.getMessage() == null ? "" : thrown.getMessage();
    }

    private static void addFrames(List<String> lines, Throwable thrown) {
        if (thrown instanceof TunebookException && thrown.getCause() == null) return; // the message says what to do
        int shown = 0;
        for (StackTraceElement frame : thrown.getStackTrace()) {
            if (isMachinery(frame)) continue;
            if (++shown > FRAMES) {
                lines.add("    …");
                return;
            }
            lines.add("    at " + place(frame));
        }
    }

    private static boolean isMachinery(StackTraceElement frame) {
        String name = frame.getClassName();
        return name.startsWith("tunebook.notebook.Cell") || name.startsWith("jdk.internal.reflect.")
            || name.startsWith("java.lang.reflect.") || name.equals("java.lang.Thread") || isCell(frame);
    }

    /// The top level of a cell; the methods it declares are shown.
    private static boolean isCell(StackTraceElement frame) {
        return frame.getClassName().startsWith("REPL.") && frame.getMethodName().startsWith("do_it$");
    }

    private static String place(StackTraceElement frame) {
        return frame.getClassName().startsWith("REPL.") ? "the cell's " + frame.getMethodName() : frame.toString();
    }

    /// The same as the reply to the cell with this number.
    ErrorReply reply(int executionCount) {
        ErrorReply reply = new ErrorReply(name, message, lines);
        reply.setExecutionCount(executionCount);
        return reply;
    }
}
