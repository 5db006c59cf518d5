package tunebook.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tunebook.engine.Compiled;
import tunebook.engine.Buffer;
import tunebook.graph.Graph;
import tunebook.graph.Program;
import tunebook.graph.StableHlo;
import tunebook.graph.Tensor;
import tunebook.nn.Weights;

/// A compiled program over a model: its inputs are found by name, among those given and then among the model's parameters.
/// Closing it frees the program, not the model.
public final class ModelProgram implements AutoCloseable {
    private final LanguageModel model;
    private final Compiled compiled;

    private ModelProgram(LanguageModel model, Compiled compiled) {
        this.model = model;
        this.compiled = compiled;
    }

    public static ModelProgram compile(LanguageModel model, Graph graph) {
        return compile(model, StableHlo.emit(graph));
    }

    static ModelProgram compile(LanguageModel model, Program program) {
        return new ModelProgram(model, model.session().compile(program));
    }

    /// Parameters for a graph over `model`; `given` stand for some of them.
    public static Weights weights(Blueprint model, Graph graph, Map<String, Tensor> given) {
        return new Weights(graph, model.compute(), given, model::type);
    }

    public Compiled compiled() {
        return compiled;
    }

    /// Runs it. Buffers among `inputs` that the program was given for good are closed by the call; the caller closes the others and the results.
    public Map<String, Buffer> run(Map<String, Buffer> inputs) {
        List<Buffer> arguments = new ArrayList<>();
        for (Program.Slot slot : compiled.program().inputs()) {
            Buffer given = inputs.get(slot.name());
            arguments.add(given != null ? given : model.buffer(slot.name()));
        }
        List<Buffer> results = compiled.run(arguments);
        Map<String, Buffer> out = new LinkedHashMap<>();
        for (int i = 0; i < results.size(); i++) out.put(compiled.program().outputs().get(i).name(), results.get(i));
        return out;
    }

    @Override
    public void close() {
        compiled.close();
    }
}
