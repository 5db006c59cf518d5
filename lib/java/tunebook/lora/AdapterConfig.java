package tunebook.lora;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tunebook.io.TextFiles;
import tunebook.tensor.TunebookException;

/// PEFT's `adapter_config.json`, as far as an adapter of ours can be described by it (PEFT 0.21, `peft/tuners/lora/config.py`).
///
/// @param lora      rank, alpha, dropout, rank stabilisation and `target_modules`; where one expression stood there, one rule
/// @param excluded  `exclude_modules`: names or one expression, read as targets are; empty for none
/// @param onlyLayers `layers_to_transform`; empty for all
/// @param base      `base_model_name_or_path`; empty where it says nothing
record AdapterConfig(Lora lora, List<String> excluded, List<Integer> onlyLayers, String base) {
    static final String FILE = "adapter_config.json";
    private static final ObjectMapper JSON = new ObjectMapper();
    /// Fields that change what an adapter computes in ways that we do not know: each must be absent, null, false, empty or "none".
    private static final List<String> UNKNOWN = List.of("modules_to_save", "use_dora", "bias", "rank_pattern", "alpha_pattern", "fan_in_fan_out", "lora_bias",
        "layer_replication", "trainable_token_indices", "target_parameters", "layers_pattern", "use_qalora", "use_bdlora", "alora_invocation_tokens",
        "arrow_config", "kasa_config", "monteclora_config", "velora_config", "megatron_config");

    /// Reads the file of `folder`.
    ///
    /// @throws TunebookException if there is none, if it is no LoRA adapter's, or naming the field that we cannot follow
    static AdapterConfig read(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) throw bad("there is no " + FILE, folder.toString(), "give the folder that PEFT's save_pretrained or saveAdapter wrote");
        try {
            return of(JSON.readTree(TextFiles.read(file)), file);
        } catch (JsonProcessingException e) {
            throw TunebookException.because(e, "Lora.load", FILE + " is not JSON", file + ": " + e.getOriginalMessage(), "copy the adapter again");
        }
    }

    private static AdapterConfig of(JsonNode root, Path file) {
        if (!root.path("peft_type").asText().equals("LORA"))
            throw bad("not a LoRA adapter", "peft_type " + root.path("peft_type") + " in " + file, "give an adapter that LoRA made");
        for (String field : UNKNOWN)
            if (says(root.path(field)))
                throw bad("the adapter uses " + field + ", which is not supported", field + " is " + root.get(field) + " in " + file,
                    "train it without " + field + ", or merge it with PEFT and load the merged model");
        if (!root.path("r").isInt() || !root.path("lora_alpha").isNumber())
            throw bad("a field is missing", "r " + root.path("r") + ", lora_alpha " + root.path("lora_alpha") + " in " + file, "copy the adapter again");
        Lora lora = new Lora(root.get("r").asInt(), root.get("lora_alpha").asDouble(), root.path("lora_dropout").asDouble(0), root.path("use_rslora").asBoolean(false),
            strings(root.path("target_modules")));
        return new AdapterConfig(lora, strings(root.path("exclude_modules")), integers(root.path("layers_to_transform")),
            root.path("base_model_name_or_path").asText(""));
    }

    private static boolean says(JsonNode value) {
        boolean nothing = value.isMissingNode() || value.isNull() || value.isBoolean() && !value.asBoolean() || value.isContainerNode() && value.isEmpty()
            || value.isTextual() && Set.of("", "none").contains(value.asText());
        return !nothing;
    }

    private static List<String> strings(JsonNode value) {
        List<String> out = new ArrayList<>();
        if (value.isTextual()) out.add(value.asText());
        value.forEach(v -> out.add(v.asText()));
        return out;
    }

    private static List<Integer> integers(JsonNode value) {
        List<Integer> out = new ArrayList<>();
        if (value.isInt()) out.add(value.asInt());
        value.forEach(v -> out.add(v.asInt()));
        return out;
    }

    /// Whether the configuration says that the module at `path` has an adapter.
    boolean covers(String path) {
        return TargetRules.anyMatches(lora.targets(), path) && !TargetRules.anyMatches(excluded, path)
            && (onlyLayers.isEmpty() || onlyLayers.stream().anyMatch(i -> path.contains(".layers." + i + ".")));
    }

    /// The file's text, in the fields that PEFT has had since 0.6; the others have their defaults.
    ///
    /// @param targets  `target_modules`: names, or one expression alone
    /// @param baseName the base model's folder or name; empty for none
    static String text(Lora lora, List<String> targets, boolean expression, String baseName) {
        ObjectNode o = JSON.createObjectNode();
        o.putObject("alpha_pattern");
        o.putNull("auto_mapping");
        if (baseName.isEmpty()) o.putNull("base_model_name_or_path");
        else o.put("base_model_name_or_path", baseName);
        o.put("bias", "none").put("fan_in_fan_out", false).put("inference_mode", true).put("init_lora_weights", true);
        o.putNull("layers_pattern").putNull("layers_to_transform");
        if (lora.alpha() == Math.rint(lora.alpha())) o.put("lora_alpha", (long) lora.alpha());
        else o.put("lora_alpha", lora.alpha());
        o.put("lora_dropout", lora.dropout()).putNull("modules_to_save").put("peft_type", "LORA").put("r", lora.rank());
        o.putObject("rank_pattern");
        o.putNull("revision");
        ArrayNode names = JSON.createArrayNode();
        targets.forEach(names::add);
        if (expression) o.put("target_modules", targets.getFirst());
        else o.set("target_modules", names);
        return o.put("task_type", "CAUSAL_LM").put("use_dora", false).put("use_rslora", lora.rsLora()).toPrettyString() + "\n";
    }

    private static TunebookException bad(String wrong, String given, String remedy) {
        return TunebookException.of("Lora.load", wrong, given, remedy);
    }
}
