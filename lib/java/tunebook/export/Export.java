package tunebook.export;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import tunebook.gemma.Gemma3Gguf;
import tunebook.gemma.Gemma3Network;
import tunebook.io.AtomicFiles;
import tunebook.io.GgufWriter;
import tunebook.io.StagedFiles;
import tunebook.lora.LoraModel;
import tunebook.model.Certificate;
import tunebook.model.LanguageModel;
import tunebook.model.ModelFiles;
import tunebook.nn.Precision;
import tunebook.quant.BlockFormat;
import tunebook.tensor.DType;
import tunebook.tensor.TunebookException;

/// Writes a tuned model for other programs, its adapter added to the weights (for transformers: [LoraModel#fuse]).
///
/// The sum W + s·B·A is taken in F32 from the base's own files and rounded once, to the format asked for. What was written is read back as a fresh
/// model and held against the live one before it comes to its place, with the [Certificate] beside it (`NAME.certificate.json`).
public final class Export {
    private static final String ONNX = "model.onnx", ONNX_WEIGHTS = "model.onnx.data";

    private Export() {}

    /// Writes a GGUF file for llama.cpp, matrices in `format` (F32, F16, BF16, Q8_0), norms in F32, with the tokenizer and the chat template.
    ///
    /// llama.cpp runs Gemma's tokenizer. One that it has no way to run is not written as another: the file then has none for llama.cpp, which takes
    /// token ids only, and the certificate says so.
    ///
    /// @throws TunebookException if the adapter changes nothing or is lost in `format`, if the base was made in memory, if llama.cpp's Gemma 3 computes
    ///         another thing, if the check fails, or if the file cannot be written; what was there before is then as it was
    public static Certificate gguf(LoraModel tuned, Path file, BlockFormat format) {
        Gemma3Network network = gemma(tuned, "Export.gguf");
        try (ModelFiles files = tuned.files()) {
            GgufWriter to = new GgufWriter();
            List<String> notes = Gemma3Gguf.write(network, files, tuned.source().orElseThrow(), format, to)
                .map(why -> "llama.cpp cannot run the tokenizer (" + why + "): the file works there with token ids only").stream().toList();
            Precision precision = format == BlockFormat.BF16 && tuned.type(network.headPath()).dtype() == DType.BF16 ? Precision.MIXED : Precision.F32;
            return write(file, to.content(), aside -> tuned.reload(aside, precision), "GGUF " + format, tuned, notes);
        }
    }

    /// Writes a folder for ONNX Runtime: `model.onnx` (opset 17, F32, no cache: `input_ids` [batch, sequence] → `logits` [batch, sequence, V]), its weights in
    /// `model.onnx.data`, configuration, tokenizer and chat template.
    ///
    /// The nodes of the written file are run as they stand there, by this session, to check it.
    ///
    /// @throws TunebookException if the adapter changes nothing, if the base was made in memory or is the folder, if the check fails, or if the folder cannot be written;
    ///         what was there before is then as it was
    public static Certificate onnx(LoraModel tuned, Path folder) {
        Gemma3Network network = gemma(tuned, "Export.onnx");
        if (tuned.source().filter(s -> s.toAbsolutePath().normalize().equals(folder.toAbsolutePath().normalize())).isPresent())
            throw TunebookException.of("Export.onnx", "the export would be written into its base", folder.toString(), "give another folder");
        try (ModelFiles from = tuned.files()) {
            SequencedMap<String, AtomicFiles.Content> files = new LinkedHashMap<>(from.beside());
            files.put(ONNX, out -> out.write(Gemma3Onnx.write(network, ONNX_WEIGHTS)));
            files.put(ONNX_WEIGHTS, out -> {
                for (String path : network.parameters().keySet()) AtomicFiles.copy(from.tensor(from.name(path)).to(DType.F32).bytes(), out);
            });
            return StagedFiles.write(folder, files, aside -> {
                try (OnnxModel export = OnnxModel.read(aside.resolve(ONNX), tuned)) {
                    Certificate c = Certificate.of("ONNX F32", tuned, export, Optional.of(tuned.base()), Certificate.Limit.ROUNDED, aside, files.keySet(), List.of());
                    return new StagedFiles.Checked<>(c, Certificate.FILE, c.content());
                }
            });
        }
    }

    private static Gemma3Network gemma(LoraModel tuned, String operation) {
        if (tuned.network() instanceof Gemma3Network gemma) return gemma;
        throw TunebookException.of(operation, "not a Gemma 3 model", tuned.name(), "export it with fuse(folder)");
    }

    private interface Reader {
        LanguageModel read(Path file);
    }

    private static Certificate write(Path file, AtomicFiles.Content content, Reader reader, String format, LoraModel tuned, List<String> notes) {
        String name = file.getFileName().toString();
        SequencedMap<String, AtomicFiles.Content> files = new LinkedHashMap<>();
        files.put(name, content);
        return StagedFiles.write(file.toAbsolutePath().getParent(), files, aside -> {
            try (LanguageModel export = reader.read(aside.resolve(name))) {
                Certificate c = Certificate.of(format, tuned, export, Optional.of(tuned.base()), Certificate.Limit.ROUNDED, aside, List.of(name), notes);
                return new StagedFiles.Checked<>(c, name + "." + Certificate.FILE, c.content());
            }
        });
    }
}
