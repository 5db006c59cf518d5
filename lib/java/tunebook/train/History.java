package tunebook.train;

import java.util.List;
import java.util.Locale;

/// All steps of one run, in order.
///
/// @param steps       one report for each finished step
/// @param interrupted whether an interrupt stopped it
/// @param notes       what it was trained on: rows used and left out, batches and how full they are
public record History(List<StepReport> steps, boolean interrupted, List<String> notes) {
    /// How a note begins that tells of something hardly ever meant.
    static final String WARNING = "ATTENTION: ";

    public History {
        steps = List.copyOf(steps);
        notes = List.copyOf(notes);
    }

    public History(List<StepReport> steps, boolean interrupted) {
        this(steps, interrupted, List.of());
    }

    /// Those of the notes that tell of something hardly ever meant: "what is wrong — what was given — what to do".
    public List<String> warnings() {
        return notes.stream().filter(n -> n.startsWith(WARNING)).map(n -> n.substring(WARNING.length())).toList();
    }

    /// The losses, in order of the steps.
    public double[] losses() {
        return steps.stream().mapToDouble(StepReport::loss).toArray();
    }

    @Override
    public String toString() {
        String ended = interrupted ? " (interrupted)" : "";
        String loss = steps.isEmpty() ? "" : String.format(Locale.ROOT, ", loss %.4f to %.4f", steps.getFirst().loss(), steps.getLast().loss());
        String notesText = notes.isEmpty() ? "" : "\n" + String.join("\n", notes);
        return steps.size() + " steps" + ended + loss + notesText;
    }
}
