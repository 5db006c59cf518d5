package tunebook.train;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tunebook.model.LanguageModel;

/// Whether a run moved the trained parameters at all: remembers a hash of each, the smallest first, up to [#MOST_BYTES] of them.
final class Unmoved {
    private static final long MOST_BYTES = 16 << 20;

    private final LanguageModel model;
    private final Map<String, String> before = new LinkedHashMap<>();

    Unmoved(LanguageModel model) {
        this.model = model;
        List<String> paths = model.trainable().stream().sorted(Comparator.comparingLong(p -> model.buffer(p).bytes())).toList();
        long bytes = 0;
        for (String path : paths) {
            bytes += model.buffer(path).bytes();
            if (bytes > MOST_BYTES && !before.isEmpty()) break;
            before.put(path, hash(path));
        }
    }

    private String hash(String path) {
        return Fingerprint.sha256(model.buffer(path).toHost().bytes());
    }

    /// Says that not one of them is another than it was; empty where one is.
    Optional<String> warning() {
        boolean moved = before.entrySet().stream().anyMatch(e -> !hash(e.getKey()).equals(e.getValue()));
        return moved ? Optional.empty() : Optional.of(ExampleChecks.warning("the run changed nothing: every trained parameter is bit for bit as it was",
            before.size() + " of " + model.trainable().size() + " looked at", "raise the learning rate; look at the gradient norms"));
    }
}
