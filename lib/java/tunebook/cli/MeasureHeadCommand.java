package tunebook.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tunebook.engine.Buffer;
import tunebook.engine.Compiled;
import tunebook.engine.Session;
import tunebook.gemma.Gemma3;
import tunebook.graph.Gradients;
import tunebook.graph.Graph;
import tunebook.graph.Program;
import tunebook.graph.StableHlo;
import tunebook.graph.Tensor;
import tunebook.nn.AnswerLoss;
import tunebook.nn.Precision;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;

/// The project's side of `./tunebook bench head`: the time of a model's head, its loss and the hidden states' gradient, by the share of tokens that are
/// learned, as one line of JSON.
@Command(name = "measure-head", description = "Time of the head and its gradient by the share of learned tokens; one JSON line (./tunebook bench head)")
final class MeasureHeadCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int RUNS = 3;

    @Spec private CommandSpec spec;
    @Parameters(paramLabel = "MODEL", description = "model folder or .gguf") private Path model;
    @Option(names = "--tokens", description = "tokens of the batch", defaultValue = "8192") private int tokens;
    @Option(names = "--percent", split = ",", description = "how many of them are learned, in percent", defaultValue = "5,100") private List<Integer> percent;

    @Override
    public Integer call() throws JsonProcessingException {
        try (Session session = Session.open(); Gemma3 loaded = Gemma3.load(model, session, Precision.MIXED)) {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("dtype", loaded.compute().dot().toString());
            out.put("tokens", tokens);
            for (int p : percent) out.put("seconds_" + p + "_percent", seconds(loaded, AnswerLoss.capacity(Math.ceilDiv(tokens * p, 100))));
            spec.commandLine().getOut().println(JSON.writeValueAsString(out));
            return 0;
        }
    }

    /// The least of some runs. The hidden states are zero: all logits are equal, which costs the same.
    private double seconds(Gemma3 model, int learned) {
        String head = model.network().headPath();
        Graph g = new Graph("head");
        Tensor hidden = g.parameter("hidden", DType.F32, Shape.of(tokens, model.type(head).shape().dim(1)));
        Tensor loss = AnswerLoss.sum(model.compute(), hidden.takeRows(g.parameter("predictors", DType.I32, Shape.of(learned))),
            g.parameter(head, model.type(head).dtype(), model.type(head).shape()), g.parameter("targets", DType.I32, Shape.of(learned)),
            g.parameter("weights", DType.F32, Shape.of(learned)), AnswerLoss.Gradient.HIDDEN);
        g.output("loss", loss);
        g.output("gradient", Gradients.of(loss, List.of(hidden)).getFirst());
        Program program = StableHlo.emit(g);
        List<Buffer> made = new ArrayList<>();
        try (Compiled compiled = model.session().compile(program)) {
            List<Buffer> inputs = program.inputs().stream().map(slot -> slot.name().equals(head) ? model.buffer(head) : put(model, slot, made)).toList();
            return ProgramTime.least(RUNS, compiled, inputs);
        } finally {
            made.forEach(Buffer::close);
        }
    }

    private static Buffer put(Gemma3 model, Program.Slot slot, List<Buffer> made) {
        made.add(model.session().put(HostArray.zeros(slot.dtype(), slot.shape())));
        return made.getLast();
    }
}
