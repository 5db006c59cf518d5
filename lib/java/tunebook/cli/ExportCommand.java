package tunebook.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tunebook.engine.Session;
import tunebook.export.Export;
import tunebook.gemma.Gemma3;
import tunebook.lora.Lora;
import tunebook.lora.LoraModel;
import tunebook.model.Certificate;
import tunebook.quant.BlockFormat;

/// `./tunebook export`: a base and an adapter as one model for other programs. The certificate is printed.
@Command(name = "export", description = "Writes base and adapter as one model for transformers, llama.cpp or ONNX Runtime, checked against the live model")
final class ExportCommand implements Callable<Integer> {
    /// What can be written.
    enum Target { huggingface, gguf, onnx }

    @Spec private CommandSpec spec;
    @Option(names = "--model", description = "model folder, .gguf file or hub:owner/name", defaultValue = "data/tiny-functiongemma") private Path model;
    @Option(names = "--adapter", description = "PEFT folder", required = true) private Path adapter;
    @Option(names = "--to", description = "${COMPLETION-CANDIDATES}", required = true) private Target to;
    @Option(names = "--type", description = "number format of a GGUF file: f32, f16, bf16 or q8_0 (${DEFAULT-VALUE})", defaultValue = "bf16") private BlockFormat type;
    @Option(names = "--max-shard", description = "megabytes of a safetensors file (${DEFAULT-VALUE})", defaultValue = "5000") private long maxShard;
    @Option(names = "--out", description = "the folder or file to write", required = true) private Path out;

    @Override
    public Integer call() {
        try (Gemma3 base = Gemma3.load(FetchCommand.place(model, spec.commandLine().getErr()), Session.open()); LoraModel tuned = Lora.load(adapter, base)) {
            Certificate found = switch (to) {
                case huggingface -> tuned.fuse(out, maxShard * 1_000_000);
                case gguf -> Export.gguf(tuned, out, type);
                case onnx -> Export.onnx(tuned, out);
            };
            spec.commandLine().getOut().println(out + "\n" + found);
        }
        return 0;
    }
}
