package tunebook.cli;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tunebook.data.synthetic.PhoneActions;
import tunebook.data.synthetic.PracticeTools;
import tunebook.tensor.Seed;

/// `./tunebook data phone-actions` and `./tunebook data practice`: writes the rows that the project makes itself.
@Command(name = "data", description = "Writes the data sets that the project makes itself")
public final class DataCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    @Command(name = "phone-actions", description = "Requests to a phone: train.jsonl and eval.jsonl (3 rows for each 20)")
    void phoneActions(
            @Option(names = "--out", defaultValue = "data/phone-actions", description = "folder (${DEFAULT-VALUE})") Path out,
            @Option(names = "--rows", defaultValue = "2000", description = "train rows (${DEFAULT-VALUE})") int rows,
            @Option(names = "--seed", defaultValue = "42", description = "${DEFAULT-VALUE}") long seed) {
        PhoneActions.write(out, Seed.of(seed), rows);
        spec.commandLine().getOut().println("Wrote train.jsonl and eval.jsonl to " + out);
    }

    @Command(name = "practice", description = "Calls of many other tools, to learn the format from")
    void practice(
            @Option(names = "--out", defaultValue = "out/practice.jsonl", description = "file (${DEFAULT-VALUE})") Path out,
            @Option(names = "--rows", defaultValue = "20000", description = "rows (${DEFAULT-VALUE})") int rows,
            @Option(names = "--seed", defaultValue = "7", description = "${DEFAULT-VALUE}") long seed,
            @Option(names = "--stage", defaultValue = "FULL", description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE})") PracticeTools.Stage stage) {
        PracticeTools.write(out, Seed.of(seed), rows, stage);
        spec.commandLine().getOut().println("Wrote " + rows + " rows to " + out);
    }
}
