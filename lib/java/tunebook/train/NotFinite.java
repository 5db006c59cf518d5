package tunebook.train;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tunebook.data.Batch;
import tunebook.model.LanguageModel;
import tunebook.tensor.HostArray;
import tunebook.tensor.TunebookException;

/// Where numbers ceased to be finite. Looked for when it has happened, with the parameters of the step before, by programs that a healthy run never builds.
final class NotFinite {
    private static final String REMEDY = "; the parameters are those of the step before";

    private NotFinite() {}

    /// The error of step `step`, naming the first bad parameter: one that holds a number that is not finite, else the one whose gradient is the first
    /// such of the backward pass (from the last layer to the first).
    static TunebookException at(int step, TrainStep.Outcome outcome, LanguageModel model, TrainStep programs, List<Batch> batches) {
        String wrong = "loss or gradient is not finite at step " + step;
        String given = "loss " + outcome.loss() + ", gradient norm " + outcome.gradientNorm() + "; ";
        Set<String> all = new LinkedHashSet<>(model.trainable());
        all.addAll(model.network().parameters().keySet());
        List<String> bad = badParameters(model, all);
        if (!bad.isEmpty())
            return error(wrong, given + "first bad parameter " + bad.getFirst() + (bad.size() > 1 ? " and " + (bad.size() - 1) + " more" : ""),
                "the number was there before the step: load or make that parameter again");
        return error(wrong, given + gradients(step, model, programs, batches), "lower the learning rate or use Precision.F32");
    }

    /// Looks at what the last step left behind, which no further step would meet.
    ///
    /// @throws TunebookException if a trained parameter holds a number that is not finite, naming the first
    static void check(int step, LanguageModel model) {
        List<String> bad = badParameters(model, model.trainable());
        if (!bad.isEmpty())
            throw TunebookException.of("Trainer.run", "trained parameters are not finite after step " + step, "first bad parameter " + bad.getFirst()
                + (bad.size() > 1 ? " and " + (bad.size() - 1) + " more" : ""), "lower the learning rate or use Precision.F32; begin with a fresh model or an earlier checkpoint");
    }

    private static TunebookException error(String wrong, String given, String remedy) {
        return TunebookException.of("Trainer.run", wrong, given, remedy + REMEDY);
    }

    /// Those of `paths` that hold a number that is not finite, with that number.
    private static List<String> badParameters(LanguageModel model, Set<String> paths) {
        List<String> out = new ArrayList<>();
        for (String path : paths) {
            float[] values = model.buffer(path).toHost().toFloats();
            int n = 0;
            while (n < values.length && Float.isFinite(values[n])) n++;
            if (n < values.length) out.add(path + " (holds " + values[n] + ")");
        }
        return out;
    }

    private static String gradients(int step, LanguageModel model, TrainStep programs, List<Batch> batches) {
        List<String> paths = List.copyOf(model.trainable());
        String largest = "";
        float most = -1;
        for (int micro = 0; micro < batches.size(); micro++) {
            Map<String, HostArray> seen = programs.inspect(step, batches.get(micro), micro);
            float[] bad = seen.get("bad").toFloats();
            long count = 0;
            int first = -1;
            for (int i = 0; i < bad.length; i++) {
                if (bad[i] == 0) continue;
                count++;
                first = i;
            }
            if (count > 0)
                return "first bad parameter " + paths.get(first) + ": its gradient is the first of " + count + " bad ones in the backward pass"
                    + (batches.size() > 1 ? ", in micro-batch " + (micro + 1) + " of " + batches.size() : "") + "; the parameters themselves are finite";
            float[] sizes = seen.get("largest").toFloats();
            for (int i = 0; i < sizes.length; i++)
                if (sizes[i] > most) {
                    most = sizes[i];
                    largest = paths.get(i);
                }
        }
        return "first bad parameter " + largest + ": every gradient is finite, but too large to be squared, its largest number is " + most;
    }
}
