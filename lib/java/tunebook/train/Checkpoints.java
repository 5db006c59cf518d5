package tunebook.train;

import java.nio.file.Path;
import tunebook.tensor.TunebookException;

/// Where a run keeps its checkpoints, how often it writes one and which of them it keeps. Each field but the folder has a copy method of its name:
/// `new Checkpoints(Path.of("out/run")).every(20).keepLast(3)`.
///
/// One is written before the first step (so that a folder that cannot be written to stops the run at once), every `every` steps, at each evaluation
/// that is the best yet where `keepBest`, and when the run ends or is interrupted.
///
/// @param folder   the run's own folder; each checkpoint is a folder `step-000040` in it
/// @param every    steps from one checkpoint to the next
/// @param keepLast how many of the newest stay; older ones are removed once a newer one is whole
/// @param keepBest whether the one with the lowest loss over the held-out rows stays too
public record Checkpoints(Path folder, int every, int keepLast, boolean keepBest) {
    public Checkpoints(Path folder) {
        this(folder, 50, 2, true);
    }

    public Checkpoints {
        require(every >= 1, "every", every, "steps, 1 or more");
        require(keepLast >= 1, "keepLast", keepLast, "1 or more");
    }

    private static void require(boolean good, String field, int value, String want) {
        if (!good) throw TunebookException.of("Checkpoints", field + " is out of range", "" + value, "give " + want);
    }

    public Checkpoints every(int v) { return new Checkpoints(folder, v, keepLast, keepBest); }
    public Checkpoints keepLast(int v) { return new Checkpoints(folder, every, v, keepBest); }
    public Checkpoints keepBest(boolean v) { return new Checkpoints(folder, every, keepLast, v); }
}
