package tunebook.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tunebook.engine.Session;
import tunebook.gemma.FunctionGemma;
import tunebook.gemma.Gemma3;
import tunebook.gemma.Gemma3Config;
import tunebook.nn.Precision;
import tunebook.tensor.Seed;
import tunebook.tokenizer.Tokenizer;

/// A model folder with random weights of the 270M's shape, or with more or fewer layers: speed and memory do not depend on what the numbers are.
final class RandomModel {
    /// Layers of the 270M.
    static final int LAYERS = 18;

    private RandomModel() {}

    /// Makes it at `model`, with the tokenizer of another folder, where nothing is there yet.
    static void makeIfMissing(Path model, Path tokenizer, int layers) {
        if (Files.exists(model)) return;
        Tokenizer words = Tokenizer.load(tokenizer);
        try (Session session = Session.open("cpu"); Gemma3 made = Gemma3.fresh(config(layers), words, new FunctionGemma(), session, Precision.MIXED, Seed.of(0))) {
            made.save(model);
            for (String file : List.of("tokenizer.json", "tokenizer_config.json")) Files.copy(tokenizer.resolve(file), model.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Gemma3Config config(int layers) {
        Gemma3Config c = Gemma3Config.GEMMA_3_270M;
        return new Gemma3Config(c.vocabSize(), c.hiddenSize(), c.intermediateSize(), layers, c.numAttentionHeads(), c.numKeyValueHeads(), c.headDim(), c.rmsNormEps(),
            c.queryPreAttnScalar(), c.slidingWindow(), Gemma3Config.layerTypes(layers, 6), c.ropeTheta(), c.ropeLocalBaseFreq(), c.ropeScalingFactor(),
            c.tieWordEmbeddings(), c.maxPositionEmbeddings());
    }
}
