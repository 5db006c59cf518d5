package tunebook.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import tunebook.io.AtomicFiles;
import tunebook.io.FolderLock;
import tunebook.io.SafeTensors;
import tunebook.io.SealedFolder;
import tunebook.model.LanguageModel;
import tunebook.tensor.TunebookException;

/// Writes a run's checkpoints: copies the device's state between two steps, and writes it on a thread of its own while the next steps run.
///
/// Holds the folder's lock until it is closed. What the writing thread fails with is thrown at the next step, or at the run's end.
final class CheckpointWriter implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Checkpoints options;
    private final Fingerprint fingerprint;
    private final FolderLock lock;
    private final Optional<Checkpoint> from;
    /// What is whole in the folder, oldest first. The writing thread's while it runs.
    private final List<Checkpoint> kept = new ArrayList<>();
    private Map<String, String> environment = Map.of();
    private Optional<Snapshot> snapshot = Optional.empty();
    private Optional<FutureTask<Checkpoint>> writing = Optional.empty();
    private int writingStep;

    private CheckpointWriter(Checkpoints options, boolean resume, Fingerprint fingerprint, FolderLock lock) {
        this.options = options;
        this.fingerprint = fingerprint;
        this.lock = lock;
        SealedFolder.sweep(options.folder());
        kept.addAll(Checkpoint.list(options.folder()));
        if (resume && kept.isEmpty()) throw nothingToResume(options);
        this.from = resume ? Optional.of(checked(kept.getLast())) : Optional.empty();
        if (!resume && !kept.isEmpty())
            throw TunebookException.of("Trainer.run", "the folder holds the checkpoints of an earlier run", options.folder().toAbsolutePath() + ", the last of step "
                + kept.getLast().step(), "resume that run, or give another folder");
    }

    /// Locks the folder and, to resume, checks its last checkpoint against `fingerprint`.
    ///
    /// @throws TunebookException if another run writes there; if there are checkpoints and this is a new run; if there are none, the last is damaged, or
    ///                           it is of another run, and this is to be resumed
    static CheckpointWriter open(Checkpoints options, boolean resume, Fingerprint fingerprint) {
        if (resume && !Files.isDirectory(options.folder())) throw nothingToResume(options); // before the lock makes the folder
        FolderLock lock = FolderLock.of("Trainer.run", options.folder());
        try {
            return new CheckpointWriter(options, resume, fingerprint, lock);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static TunebookException nothingToResume(Checkpoints options) {
        return Checkpoint.none(options.folder(), "checkpoint to resume from");
    }

    private Checkpoint checked(Checkpoint last) {
        last.verify();
        List<String> differences = last.differences(fingerprint);
        if (!differences.isEmpty())
            throw TunebookException.of("Trainer.resume", "this is not the run that the checkpoint is of", last.folder() + ": " + String.join("; ", differences),
                "make model, rows and configuration as they were, or start a new run in another folder");
        return last;
    }

    /// Puts the checkpoint to resume from into `model` and `step`; of a new run, writes the state before the first step and waits for it.
    ///
    /// @param notes what is worth knowing of it is added
    /// @return the steps that are done
    List<StepReport> begin(LanguageModel model, TrainStep step, List<String> notes) {
        environment = Map.of("step", step.programs(), "device", model.session().identity());
        if (from.isPresent()) {
            Checkpoint checkpoint = from.get();
            checkpoint.restore(model, step);
            notes.add("resumed after step " + checkpoint.step() + " from " + checkpoint.folder());
            if (!checkpoint.environment().equals(environment))
                notes.add("compiled step, compiler or device are others than the checkpoint's: the steps to come are not bit for bit those of an unbroken run");
        }
        snapshot = Optional.of(new Snapshot(model, step));
        if (from.isPresent()) return from.get().history().steps();
        save(0, OptionalDouble.empty(), List.of());
        await();
        return List.of();
    }

    /// To be called after each step with all steps up to it; `last` where no other follows. Then everything is on the disk when this returns.
    void after(List<StepReport> steps, boolean last) {
        if (writing.isPresent() && writing.get().isDone()) await();
        StepReport step = steps.getLast();
        if (last || step.step() % options.every() == 0 || isBest(step.evalLoss())) save(step.step(), step.evalLoss(), List.copyOf(steps));
        if (last) await();
    }

    private boolean isBest(OptionalDouble evalLoss) {
        if (!options.keepBest() || evalLoss.isEmpty()) return false;
        await();
        return Checkpoint.best(kept).map(b -> evalLoss.getAsDouble() < b.evalLoss().getAsDouble()).orElse(true);
    }

    private void save(int step, OptionalDouble evalLoss, List<StepReport> steps) {
        await();
        Snapshot state = snapshot.orElseThrow();
        state.take();
        writingStep = step;
        FutureTask<Checkpoint> task = new FutureTask<>(() -> write(step, evalLoss, steps, state));
        writing = Optional.of(task);
        Thread.ofPlatform().name("tunebook checkpoint " + step).daemon().start(task);
    }

    private Checkpoint write(int step, OptionalDouble evalLoss, List<StepReport> steps, Snapshot state) {
        Path folder = options.folder().resolve(Checkpoint.name(step));
        LinkedHashMap<String, AtomicFiles.Content> files = new LinkedHashMap<>();
        files.put(Checkpoint.PARAMETERS, SafeTensors.content(folder.resolve(Checkpoint.PARAMETERS), state.parameters(), Map.of("format", "pt")));
        files.put(Checkpoint.OPTIMIZER, SafeTensors.content(folder.resolve(Checkpoint.OPTIMIZER), state.optimizer(), Map.of("format", "pt")));
        files.put(Checkpoint.DATA, SafeTensors.content(folder.resolve(Checkpoint.DATA), fingerprint.data(), Map.of("format", "pt")));
        files.put(Checkpoint.HISTORY, HistoryFile.content(steps));
        byte[] facts = facts(step, evalLoss).getBytes(StandardCharsets.UTF_8);
        files.put(Checkpoint.FACTS, out -> out.write(facts));
        SealedFolder.write(folder, files);
        Checkpoint written = new Checkpoint(folder, step, evalLoss);
        kept.add(written);
        prune();
        return written;
    }

    private String facts(int step, OptionalDouble evalLoss) {
        ObjectNode root = JSON.createObjectNode().put("format", Checkpoint.FORMAT).put("step", step);
        evalLoss.ifPresent(loss -> root.put("evalLoss", loss));
        fingerprint.addTo(root);
        ObjectNode made = root.putObject("environment");
        environment.forEach(made::put);
        return root.toPrettyString();
    }

    private void prune() {
        Set<Checkpoint> stay = new HashSet<>(kept.subList(Math.max(0, kept.size() - options.keepLast()), kept.size()));
        if (options.keepBest()) Checkpoint.best(kept).ifPresent(stay::add);
        for (Checkpoint c : List.copyOf(kept)) {
            if (stay.contains(c)) continue;
            SealedFolder.delete(c.folder());
            kept.remove(c);
        }
    }

    /// Waits for the writing thread, even while interrupted (the thread stays so), and throws what it failed with.
    private void await() {
        if (writing.isEmpty()) return;
        FutureTask<Checkpoint> task = writing.get();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    task.get();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw failed(e.getCause());
        } finally {
            writing = Optional.empty();
            if (interrupted) Thread.currentThread().interrupt();
        }
    }

    private TunebookException failed(Throwable cause) {
        String remedy = kept.isEmpty() ? "mend that and start again; nothing was trained yet"
            : "mend that and resume: the last whole checkpoint is of step " + kept.getLast().step() + "; what was learned since is in the model until it is closed";
        return TunebookException.because(cause, "Trainer.run", "writing the checkpoint of step " + writingStep + " failed, so the run stops", cause.getMessage(), remedy);
    }

    /// Waits for the writing thread and gives the folder free; throws what the thread failed with, if that was not thrown yet.
    @Override
    public void close() {
        try {
            await();
        } finally {
            snapshot.ifPresent(Snapshot::close);
            lock.close();
        }
    }
}
