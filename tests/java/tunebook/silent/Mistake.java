package tunebook.silent;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import tunebook.tensor.TunebookException;

/// A mistake that people make, made on purpose.
///
/// @param name   its row in `tests/silent-failures.md`, and in `tests/golden/silent/record.json` where what transformers + PEFT + TRL do is recorded
/// @param what   the mistake in words
/// @param answer how it is met
/// @param says   what the message must contain, which was written down before the message was seen; of what cannot be done: why
/// @param made   makes it; the folder is empty and its own
record Mistake(String name, String what, Answer answer, String says, Made made) {
    /// An error; a printed warning; or nothing, because what would go wrong elsewhere does not here.
    enum Answer { ERROR, WARNING, IMPOSSIBLE }

    @FunctionalInterface
    interface Made {
        void in(Path folder) throws Exception;
    }

    private static final Pattern WARNED = Pattern.compile("^\\[.*?] WARN \\S+ - (.*)$", Pattern.MULTILINE);
    private static final Pattern LONG_NUMBER = Pattern.compile("\\d+\\.\\d{4,}(E-?\\d+)?");

    static Mistake error(String name, String what, String says, Made made) {
        return new Mistake(name, what, Answer.ERROR, says, made);
    }

    static Mistake warning(String name, String what, String says, Made made) {
        return new Mistake(name, what, Answer.WARNING, says, made);
    }

    /// @param made throws an [AssertionError] where it goes wrong after all
    static Mistake impossible(String name, String what, String why, Made made) {
        return new Mistake(name, what, Answer.IMPOSSIBLE, why, made);
    }

    /// What a user is told: the error's message, or the printed warnings. The folder is written FOLDER, long numbers have three digits (the last ones
    /// depend on the processor).
    ///
    /// @throws AssertionError if it is met in another way than `answer`, or with other words than `says`
    String told(Path folder) throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream before = System.err;
        String error = "";
        try (PrintStream err = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
            System.setErr(err);
            made.in(folder);
        } catch (TunebookException e) {
            error = e.getMessage();
        } finally {
            System.setErr(before);
        }
        List<String> warnings = WARNED.matcher(printed.toString(StandardCharsets.UTF_8)).results().map(r -> r.group(1)).toList();
        String told = switch (answer) {
            case ERROR -> error;
            case WARNING -> error.isEmpty() ? String.join(" / ", warnings) : "";
            case IMPOSSIBLE -> error.isEmpty() && warnings.isEmpty() ? says : "";
        };
        if (told.isEmpty() || !told.contains(says)) throw new AssertionError(name + ": not met by " + answer + " \"" + says + "\": error \"" + error + "\", warnings " + warnings);
        return sameEverywhere(told, folder);
    }

    private static String sameEverywhere(String told, Path folder) {
        String text = told.replace(folder.toString(), "FOLDER").replaceAll("process \\d+ since [^\\s,]+", "process N").replaceAll("[0-9a-f]{64}", "…")
            .replaceAll("\\.[0-9a-z]+\\.tmp", ".….tmp");
        return LONG_NUMBER.matcher(text).replaceAll(m -> String.format(Locale.ROOT, "%.3g", Double.parseDouble(m.group())));
    }
}
