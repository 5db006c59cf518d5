package tunebook.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import tunebook.engine.MemoryStats;
import tunebook.engine.Topology;
import tunebook.gemma.Gemma3Blueprint;
import tunebook.gemma.Gemma3Config;
import tunebook.gemma.Gemma3Network;
import tunebook.generate.DecodeGraphs;
import tunebook.graph.Graph;
import tunebook.graph.StableHlo;
import tunebook.lora.Lora;
import tunebook.lora.LoraBlueprint;
import tunebook.model.Blueprint;
import tunebook.nn.AnswerLoss;
import tunebook.nn.Compute;
import tunebook.tensor.DType;
import tunebook.train.TrainConfig;
import tunebook.train.TrainGraphs;

/// What fine-tuning Gemma 3 270M needs on a TPU that is not here: its programs compiled ahead of time.
final class AheadOfTime {
    /// Tokens of a training step: 8 documents of at most 1,024.
    static final int TOKENS = 8 * 1024;
    static final int LONGEST = 1024;
    /// Learned tokens of such a step, from mobile-actions (50 a row).
    static final int LEARNED = 400;
    static final int DECODE_ROWS = 8;

    private AheadOfTime() {}

    /// The 270M with LoRA of rank 8 on all projections but o, frozen weights in BF16.
    static Blueprint model() {
        Blueprint base = new Gemma3Blueprint(new Gemma3Network(Gemma3Config.GEMMA_3_270M), Compute.MIXED, DType.BF16);
        return LoraBlueprint.of(base, new Lora().rank(8).alpha(16).targets(".*(q|k|v|gate|up|down)_proj"));
    }

    /// The training step, prefill and decode steps, compiled for one chip of `topology`: memory in bytes by the program's name.
    static Map<String, MemoryStats> compile(String topology) {
        Map<String, MemoryStats> out = new LinkedHashMap<>();
        TrainConfig config = new TrainConfig().maxSteps(1000).maxLength(LONGEST);
        add(out, topology, new TrainGraphs(model(), config, TOKENS, AnswerLoss.capacity(LEARNED)).whole());
        DecodeGraphs decode = new DecodeGraphs(model(), DECODE_ROWS, LONGEST + 256, true, false);
        add(out, topology, decode.prefill(TOKENS));
        add(out, topology, decode.decode());
        return out;
    }

    private static void add(Map<String, MemoryStats> out, String topology, Graph graph) {
        out.put(graph.name(), Topology.compile(topology, StableHlo.emit(graph)));
    }
}
