package tunebook.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tunebook.data.ChatData;
import tunebook.engine.Session;
import tunebook.eval.Bootstrap;
import tunebook.eval.FunctionCallScore;
import tunebook.gemma.Gemma3;
import tunebook.lora.Lora;
import tunebook.model.LanguageModel;

/// `./tunebook score`: function-call exact match of a model, with or without an adapter.
@Command(name = "score", description = "Function-call exact match on held-out rows, by kind of argument")
final class ScoreCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Option(names = "--model", description = "model folder, .gguf file or hub:owner/name", defaultValue = "data/tiny-functiongemma") private Path model;
    @Option(names = "--adapter", description = "PEFT folder; the model alone where left out") private Optional<Path> adapter;
    @Option(names = "--data", description = "rows to score, JSONL", defaultValue = "data/phone-actions/eval.jsonl") private Path data;
    @Option(names = "--rows", description = "how many of them", defaultValue = "300") private int rows;

    @Override
    public Integer call() {
        ChatData test = ChatData.read(data);
        try (Gemma3 base = Gemma3.load(FetchCommand.place(model, spec.commandLine().getErr()), Session.open())) {
            if (adapter.isEmpty()) print(base, test);
            else
                try (LanguageModel tuned = Lora.load(adapter.get(), base)) {
                    print(tuned, test);
                }
        }
        return 0;
    }

    private void print(LanguageModel scored, ChatData test) {
        FunctionCallScore score = FunctionCallScore.of(scored, test.select(Math.min(rows, test.size())));
        spec.commandLine().getOut().println(scored.name() + "\n" + score + "\n95 %: " + score.interval(new Bootstrap()));
    }
}
