package tunebook.generate;

import java.util.random.RandomGenerator;

/// Draws tokens from logits on the host. One for each row, so that a row's draws do not depend on its neighbours.
final class Sampler {
    private final Sampling sampling;
    private final RandomGenerator random;

    Sampler(Sampling sampling, int row) {
        this.sampling = sampling;
        this.random = sampling.seed().derive("row " + row).random();
    }

    /// A token drawn from `logits` [V]: of the `topK` likeliest, the fewest that reach `topP` of their probability.
    int draw(float[] logits) {
        boolean all = sampling.topK() == 0 && sampling.topP() == 1;
        return all ? drawFromAll(logits) : drawFromLikeliest(logits);
    }

    private int drawFromAll(float[] logits) {
        float top = Float.NEGATIVE_INFINITY;
        for (float l : logits) top = Math.max(top, l);
        double[] upTo = new double[logits.length];
        double sum = 0;
        for (int i = 0; i < logits.length; i++) upTo[i] = sum += weight(logits[i], top);
        return pick(upTo, logits.length);
    }

    private int drawFromLikeliest(float[] logits) {
        Ranking ranking = new Ranking(logits);
        int limit = sampling.topK() > 0 ? Math.min(sampling.topK(), logits.length) : logits.length;
        float top = logits[ranking.top()];
        double whole = sampling.topK() > 0 ? Double.NaN : sum(logits, top); // of the topK it is known once they are found
        int[] tokens = new int[limit];
        double[] upTo = new double[limit];
        int n = 0;
        while (n < limit && !(n > 0 && upTo[n - 1] >= sampling.topP() * whole)) {
            tokens[n] = ranking.pop();
            upTo[n] = (n == 0 ? 0 : upTo[n - 1]) + weight(logits[tokens[n]], top);
            n++;
        }
        if (sampling.topK() > 0) n = nucleus(upTo, limit);
        return tokens[pick(upTo, n)];
    }

    private int nucleus(double[] upTo, int limit) {
        int n = 1;
        while (n < limit && upTo[n - 1] < sampling.topP() * upTo[limit - 1]) n++;
        return n;
    }

    private double sum(float[] logits, float top) {
        double sum = 0;
        for (float l : logits) sum += weight(l, top);
        return sum;
    }

    private double weight(float logit, float top) {
        return Math.exp((logit - top) / sampling.temperature());
    }

    /// The first of `n` running sums that lies above a uniform draw.
    private int pick(double[] upTo, int n) {
        double at = random.nextDouble() * upTo[n - 1];
        int i = 0;
        while (i < n - 1 && upTo[i] <= at) i++;
        return i;
    }

    /// Tokens by falling logit, the lower id of equals first: a heap, since few of a large vocabulary are asked for.
    private static final class Ranking {
        private final long[] heap;
        private int size;

        Ranking(float[] logits) {
            heap = new long[logits.length];
            size = logits.length;
            for (int i = 0; i < size; i++) heap[i] = key(logits[i], i);
            for (int i = size / 2 - 1; i >= 0; i--) sink(i);
        }

        /// Rises with the logit, then falls with the token.
        private static long key(float logit, int token) {
            int bits = Float.floatToIntBits(logit + 0f); // -0 is 0
            return (long) (bits ^ bits >> 31 & Integer.MAX_VALUE) << 32 | Integer.MAX_VALUE - token;
        }

        int top() {
            return Integer.MAX_VALUE - (int) heap[0];
        }

        int pop() {
            int token = top();
            heap[0] = heap[--size];
            sink(0);
            return token;
        }

        private void sink(int i) {
            long moved = heap[i];
            for (int child = 2 * i + 1; child < size; child = 2 * i + 1) {
                if (child + 1 < size && heap[child + 1] > heap[child]) child++;
                if (heap[child] <= moved) break;
                heap[i] = heap[child];
                i = child;
            }
            heap[i] = moved;
        }
    }
}
