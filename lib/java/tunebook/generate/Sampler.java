package tunebook.generate;

import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// Draws tokens from logits on the host. One for each row, so that a row's draws do not depend on its neighbours.
final class Sampler {
    private final Sampling sampling;
    private final RandomGenerator random;

    Sampler(Sampling sampling, int row) {
        this.sampling = sampling;
        this.random = sampling.seed().derive("row " + row).random();
    }

    /// A token drawn from `logits` [V].
    int draw(float[] logits) {
        int[] order = IntStream.range(0, logits.length).boxed().sorted((a, b) -> Float.compare(logits[b], logits[a]))
            .limit(sampling.topK() > 0 ? sampling.topK() : logits.length).mapToInt(Integer::intValue).toArray();
        double[] p = new double[order.length];
        double sum = 0;
        for (int i = 0; i < p.length; i++) sum += p[i] = Math.exp((logits[order[i]] - logits[order[0]]) / sampling.temperature());
        int kept = 0;
        double mass = 0;
        while (kept < p.length && mass < sampling.topP() * sum) mass += p[kept++];
        double at = random.nextDouble() * mass;
        int i = 0;
        while (i < kept - 1 && (at -= p[i]) >= 0) i++;
        return order[i];
    }
}
