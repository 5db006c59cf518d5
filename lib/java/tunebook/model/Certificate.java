package tunebook.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tunebook.io.AtomicFiles;
import tunebook.io.Build;
import tunebook.tensor.Sha256;
import tunebook.tensor.TunebookException;

/// What an export was found to be: read back from the disk as a fresh model and held against the live one before it came to its place.
///
/// @param format     what was written: `PEFT adapter`, `Hugging Face folder`, `GGUF Q8_0`
/// @param model      the live model
/// @param source     the files its base was loaded from; empty for one made in memory
/// @param difference the export against the live model
/// @param base       the base without its adapter against the live model: what the adapter does, on the same prompts; empty where the base is no part of the export
/// @param files      SHA-256 of each file by name
/// @param versions   of tunebook, its commit, plug-in and Java
/// @param notes      what a reader of the export should know
public record Certificate(String format, String model, String source, LogitComparison difference, Optional<LogitComparison> base, Map<String, String> files,
                          Map<String, String> versions, List<String> notes) {
    /// Name of a folder's certificate; a file's has the file's name before it.
    public static final String FILE = "certificate.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    public Certificate {
        files = Map.copyOf(new LinkedHashMap<>(files));
        versions = Map.copyOf(versions);
        notes = List.copyOf(notes);
    }

    /// How far an export may be from the live model.
    ///
    /// @param meanKl the largest mean KL, in nats a token
    /// @param share  the largest share of the adapter's own effect (the mean KL of the base) that the export's may be
    public record Limit(double meanKl, double share) {
        /// The same numbers, read back.
        public static final Limit EXACT = new Limit(1e-6, 1);
        /// Other weights: sums of base and adapter, perhaps rounded.
        public static final Limit ROUNDED = new Limit(0.01, 0.5);
    }

    /// Holds `export` against `live`, and `live` against `base` where one is given.
    ///
    /// @param folder holds the export's `files`
    /// @throws TunebookException if the export is farther from the live model than `limit`
    public static Certificate of(String format, LanguageModel live, LanguageModel export, Optional<LanguageModel> base, Limit limit, Path folder, Collection<String> files,
                                 List<String> notes) {
        List<int[]> prompts = LogitComparison.prompts(live);
        LogitComparison difference = LogitComparison.of(live, export, prompts);
        Optional<LogitComparison> effect = base.map(b -> LogitComparison.of(live, b, prompts));
        check(format, difference, effect, limit);
        Map<String, String> versions = Map.of("tunebook", Build.version(), "commit", Build.commit(), "plugin", live.session().versions(), "java", Runtime.version().toString());
        return new Certificate(format, live.name(), live.source().map(Path::toString).orElse(""), difference, effect, hashes(folder, files), versions, notes);
    }

    private static void check(String format, LogitComparison difference, Optional<LogitComparison> effect, Limit limit) {
        String found = "mean KL %.3g nats on %d prompts, at most %.3g expected; largest difference of two logits %.3g".formatted(difference.meanKl(), difference.prompts(),
            limit.meanKl, difference.maxLogit());
        if (!(difference.meanKl() <= limit.meanKl))
            throw TunebookException.of("Certificate", "the export does not compute what the live model does", format + ": " + found,
                "choose a wider number format, or look for weights that do not fit it; nothing was left in place");
        if (effect.isPresent() && !(difference.meanKl() <= limit.share * effect.get().meanKl()))
            throw TunebookException.of("Certificate", "the export has lost the adapter", format + ": " + found + "; the adapter itself changes the mean KL by "
                + "%.3g".formatted(effect.get().meanKl()), "choose a wider number format, or train longer; nothing was left in place");
    }

    private static Map<String, String> hashes(Path folder, Collection<String> files) {
        Map<String, String> out = new LinkedHashMap<>();
        for (String name : files) {
            try {
                out.put(name, Sha256.hex(folder.resolve(name)));
            } catch (IOException e) {
                throw TunebookException.because(e, "Certificate", "the export cannot be read back", folder.resolve(name) + " (" + e + ")", "check the disk");
            }
        }
        return out;
    }

    /// The JSON text as a file to be.
    public AtomicFiles.Content content() {
        return out -> out.write(json().getBytes(StandardCharsets.UTF_8));
    }

    /// The certificate as JSON.
    public String json() {
        ObjectNode o = JSON.createObjectNode();
        o.put("format", format).put("model", model).put("source", source);
        o.set("difference", figures(difference));
        base.ifPresent(b -> o.set("base_without_adapter", figures(b)));
        o.set("sha256", strings(files));
        o.set("versions", strings(versions));
        notes.forEach(o.putArray("notes")::add);
        return o.toPrettyString() + "\n";
    }

    private static ObjectNode figures(LogitComparison c) {
        return JSON.createObjectNode().put("prompts", c.prompts()).put("tokens", c.tokens()).put("max_abs_logit_difference", c.maxLogit()).put("mean_kl_nats", c.meanKl())
            .put("max_kl_nats", c.maxKl()).put("same_top_token", c.sameTopToken());
    }

    private static ObjectNode strings(Map<String, String> values) {
        ObjectNode o = JSON.createObjectNode();
        values.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(e -> o.put(e.getKey(), e.getValue()));
        return o;
    }

    /// `GGUF Q8_0 against the live model: max |Δlogit| 0.21, mean KL 0.0012 nats (max 0.02), same top token 99.1 % of 812; 1 file`.
    @Override
    public String toString() {
        String text = String.format(Locale.ROOT, "%s against the live model: max |Δlogit| %.3g, mean KL %.3g nats (max %.3g), same top token %.1f %% of %d tokens", format,
            difference.maxLogit(), difference.meanKl(), difference.maxKl(), 100 * difference.sameTopToken(), difference.tokens());
        String effect = base.map(b -> String.format(Locale.ROOT, "%nThe base without the adapter: mean KL %.3g nats", b.meanKl())).orElse("");
        return text + effect + (notes.isEmpty() ? "" : "\n" + String.join("\n", notes));
    }
}
