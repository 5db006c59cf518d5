package tunebook.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tunebook.engine.Buffer;
import tunebook.io.SafeTensors;
import tunebook.io.SealedFolder;
import tunebook.io.TextFiles;
import tunebook.model.LanguageModel;
import tunebook.tensor.HostArray;
import tunebook.tensor.TunebookException;

/// The state of a training run after one of its steps, in a folder of its own: the trained parameters, the optimizer's state, the history, and what the
/// run is of (configuration, model, rows and their order).
///
/// Nothing else has a state: the learning rate, the dropout's random numbers and the place in the data are functions of the configuration and the step.
/// Files: `parameters.safetensors` and `optimizer.safetensors` by path, `data.safetensors`, `history.jsonl`, `checkpoint.json`, `SHA256SUMS`.
///
/// @param folder   where it is
/// @param step     the step it was written after; 0 before the first
/// @param evalLoss the mean loss over the held-out rows, where this step evaluated
public record Checkpoint(Path folder, int step, OptionalDouble evalLoss) {
    static final String FACTS = "checkpoint.json", PARAMETERS = "parameters.safetensors", OPTIMIZER = "optimizer.safetensors";
    static final String DATA = "data.safetensors", HISTORY = "history.jsonl";
    static final int FORMAT = 1;
    private static final Pattern NAME = Pattern.compile("step-(\\d{6,9})");
    private static final ObjectMapper JSON = new ObjectMapper();

    static String name(int step) {
        return "step-%06d".formatted(step);
    }

    /// The checkpoints in a run's folder, oldest first; none where there is no such folder.
    ///
    /// @throws TunebookException if the folder cannot be read, or if one has no readable `checkpoint.json`
    public static List<Checkpoint> list(Path run) {
        if (!Files.exists(run)) return List.of();
        List<Checkpoint> out = new ArrayList<>();
        try (Stream<Path> entries = Files.list(run)) {
            entries.forEach(folder -> {
                Matcher name = NAME.matcher(folder.getFileName().toString());
                if (name.matches()) out.add(read(folder, Integer.parseInt(name.group(1))));
            });
        } catch (IOException e) {
            throw TunebookException.because(e, "Checkpoint.list", "the folder cannot be read", run.toAbsolutePath() + " (" + e + ")", "give a run's folder");
        }
        out.sort(Comparator.comparingInt(Checkpoint::step));
        return out;
    }

    /// The newest checkpoint in a run's folder.
    ///
    /// @throws TunebookException if there is none
    public static Checkpoint last(Path run) {
        return list(run).stream().reduce((_, b) -> b).orElseThrow(() -> none(run, "checkpoint"));
    }

    /// The checkpoint with the lowest loss over the held-out rows.
    ///
    /// @throws TunebookException if there is none that was evaluated
    public static Checkpoint best(Path run) {
        return best(list(run)).orElseThrow(() -> none(run, "checkpoint that was evaluated"));
    }

    static Optional<Checkpoint> best(List<Checkpoint> all) {
        return all.stream().filter(c -> !Double.isNaN(c.evalLoss.orElse(Double.NaN))).min(Comparator.comparingDouble(c -> c.evalLoss.getAsDouble()));
    }

    static TunebookException none(Path run, String what) {
        return TunebookException.of("Checkpoint", "there is no " + what, run.toAbsolutePath().toString(), "give the folder that a run's Checkpoints named");
    }

    private static Checkpoint read(Path folder, int step) {
        JsonNode facts = facts(folder);
        if (facts.path("step").asInt(-1) != step) throw bad("the folder has another step's name", folder + ", step " + facts.path("step"), "give it its own name back");
        return new Checkpoint(folder, step, facts.has("evalLoss") ? OptionalDouble.of(facts.get("evalLoss").asDouble()) : OptionalDouble.empty());
    }

    private static JsonNode facts(Path folder) {
        try {
            JsonNode facts = JSON.readTree(TextFiles.read(folder.resolve(FACTS)));
            if (facts.path("format").asInt(-1) != FORMAT)
                throw bad("the checkpoint has another format", folder + ", format " + facts.path("format"), "read it with the version of Tunebook that wrote it");
            return facts;
        } catch (JsonProcessingException e) {
            throw TunebookException.because(e, "Checkpoint.read", FACTS + " is not JSON", folder + ": " + e.getOriginalMessage(), "take another checkpoint");
        }
    }

    private static TunebookException bad(String wrong, String given, String remedy) {
        return TunebookException.of("Checkpoint.read", wrong, given, remedy);
    }

    /// Puts its trained parameters into `model`: to save the best one's adapter, say, or to score it.
    ///
    /// @throws TunebookException if a file is not as it was written, or if `model`'s trainable parameters are others; the model is then as it was
    public void restore(LanguageModel model) {
        verify();
        put(PARAMETERS, model.trainable(), model::buffer, (path, host) -> model.replace(path, model.session().put(host, "checkpoint")));
    }

    /// Puts the optimizer's state into `train` and its trained parameters into `model`.
    void restore(LanguageModel model, TrainStep train) {
        Map<String, Buffer> state = train.optimizer();
        put(OPTIMIZER, state.keySet(), state::get, train::restore);
        restore(model);
    }

    private void put(String file, Set<String> names, Function<String, Buffer> place, BiConsumer<String, HostArray> to) {
        try (SafeTensors tensors = SafeTensors.open(folder.resolve(file))) {
            List<String> differences = new ArrayList<>();
            Set<String> all = new TreeSet<>(tensors.names());
            all.addAll(names);
            for (String name : all) {
                String then = tensors.contains(name) ? tensors.get(name).toString() : "nothing";
                String now = names.contains(name) ? place.apply(name).dtype() + place.apply(name).shape().toString() : "nothing";
                if (!then.equals(now)) differences.add(name + " is " + then + " there and " + now + " here");
            }
            if (!differences.isEmpty())
                throw TunebookException.of("Checkpoint.restore", "the model is another one: " + differences.size() + " of " + all.size() + " trained tensors differ",
                    "first " + differences.getFirst() + ", in " + folder, "make the model as the run did, with the same rank and targets");
            names.forEach(name -> to.accept(name, tensors.get(name)));
        }
    }

    /// Holds every file against its checksum.
    void verify() {
        SealedFolder.verify(folder, List.of(FACTS, PARAMETERS, OPTIMIZER, DATA, HISTORY));
    }

    /// The steps up to this one.
    ///
    /// @throws TunebookException if the file is missing or damaged, or does not hold every step once
    public History history() {
        List<StepReport> steps = HistoryFile.read(folder.resolve(HISTORY));
        List<Integer> numbers = steps.stream().map(StepReport::step).toList();
        if (!numbers.equals(IntStream.rangeClosed(1, step).boxed().toList()))
            throw bad("the history is not that of steps 1 to " + step, folder + ", " + numbers.size() + " steps" + (numbers.isEmpty() ? "" : ", the last " + numbers.getLast()), "take another checkpoint");
        return new History(steps, false);
    }

    /// How the run of `now` differs from this one's; empty where it does not.
    List<String> differences(Fingerprint now) {
        try (SafeTensors data = SafeTensors.open(folder.resolve(DATA))) {
            return now.differences(facts(folder), data);
        }
    }

    /// The compiled step, the compiler and the device that it was written with, by name.
    Map<String, String> environment() {
        Map<String, String> out = new TreeMap<>();
        facts(folder).path("environment").properties().forEach(e -> out.put(e.getKey(), e.getValue().asText()));
        return out;
    }
}
