package tunebook.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tunebook.io.hub.FetchListener;
import tunebook.io.hub.FetchReport;
import tunebook.io.hub.Hub;

/// `./tunebook fetch google/gemma-3-270m-it`: a model or a data set from the hub into the cache. Its folder is printed; progress goes to standard error.
@Command(name = "fetch", description = "Fetches a model or a data set from the Hugging Face hub; prints its folder")
final class FetchCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Parameters(paramLabel = "REPO", description = "owner/name") private String repo;
    @Option(names = "--dataset", description = "it is a data set") private boolean dataset;
    @Option(names = "--revision", description = "branch, tag or commit (${DEFAULT-VALUE})", defaultValue = "main") private String revision;
    @Option(names = "--include", paramLabel = "PATTERN", description = "only files that match: *.json, original/; may be given several times") private List<String> include = List.of();
    @Option(names = "--exclude", paramLabel = "PATTERN", description = "no files that match") private List<String> exclude = List.of();

    @Override
    public Integer call() {
        Hub hub = (dataset ? Hub.dataset(repo) : Hub.repo(repo)).revision(revision).include(include.toArray(String[]::new)).exclude(exclude.toArray(String[]::new));
        spec.commandLine().getOut().println(hub.listen(new Lines(spec.commandLine().getErr())).fetch());
        return 0;
    }

    /// Where a command's model is: what `hub:owner/name` or `hub:owner/name@revision` stands for is fetched; other paths are as they are.
    static Path place(Path model, PrintWriter notes) {
        if (!model.toString().startsWith("hub:")) return model;
        String[] parts = model.toString().substring("hub:".length()).split("@", 2);
        return Hub.repo(parts[0]).revision(parts.length > 1 ? parts[1] : "main").listen(new Lines(notes)).fetch();
    }

    /// Progress as lines: one every two seconds, so that a log stays short.
    private static final class Lines implements FetchListener {
        private static final long BETWEEN = TimeUnit.SECONDS.toNanos(2);
        private final PrintWriter out;
        private long last = System.nanoTime();

        Lines(PrintWriter out) {
            this.out = out;
        }

        @Override
        public void onProgress(FetchReport report) {
            if (System.nanoTime() - last < BETWEEN) return;
            last = System.nanoTime();
            print(report);
        }

        @Override
        public void onNote(String note) {
            out.println(note);
            out.flush();
        }

        @Override
        public void onEnd(FetchReport report) {
            print(report);
        }

        private void print(FetchReport r) {
            out.println(String.format(Locale.ROOT, "%s  %d of %d files  %.1f of %.1f MB  %.1f MB/s", r.repo(), r.files(), r.totalFiles(), mb(r.bytes()), mb(r.totalBytes()), mb((long) r.speed())));
            out.flush();
        }

        private static double mb(long bytes) {
            return bytes / (double) (1 << 20);
        }
    }
}
