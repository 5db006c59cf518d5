package tunebook.nn;

import java.util.Map;
import tunebook.tensor.HostArray;

/// The head's loss and its gradients in double precision, from the definition: with p the softmax of a row's logits, the loss is `-weight * log p[target]` and
/// its gradient by the logits `weight * (p - onehot(target))`.
///
/// @param loss   summed over the learned tokens, nats
/// @param hidden [T, D], gradient of the hidden states
/// @param head   [V, D], gradient of the head's weight
record HeadReference(double loss, double[] hidden, double[] head) {
    /// Over the inputs of [AnswerLossTest]: hidden [T, D], head [V, D], positions, targets and weights [A].
    static HeadReference of(Map<String, HostArray> in) {
        float[] hidden = in.get("hidden").toFloats();
        float[] head = in.get("head").toFloats();
        int d = in.get("head").shape().dim(1);
        double[] dHidden = new double[hidden.length];
        double[] dHead = new double[head.length];
        double loss = 0;
        for (int a = 0; a < in.get("targets").size(); a++) {
            int row = in.get("positions").toInts()[a] * d;
            double[] p = softmax(hidden, row, head, d);
            int target = in.get("targets").toInts()[a];
            double weight = in.get("weights").getFloat(a);
            loss -= weight * Math.log(p[target]);
            p[target] -= 1;
            for (int v = 0; v < p.length; v++)
                for (int i = 0; i < d; i++) {
                    dHidden[row + i] += weight * p[v] * head[v * d + i];
                    dHead[v * d + i] += weight * p[v] * hidden[row + i];
                }
        }
        return new HeadReference(loss, dHidden, dHead);
    }

    private static double[] softmax(float[] hidden, int row, float[] head, int d) {
        double[] logits = new double[head.length / d];
        double top = Double.NEGATIVE_INFINITY;
        for (int v = 0; v < logits.length; v++) {
            for (int i = 0; i < d; i++) logits[v] += (double) hidden[row + i] * head[v * d + i];
            top = Math.max(top, logits[v]);
        }
        double sum = 0;
        for (int v = 0; v < logits.length; v++) sum += logits[v] = Math.exp(logits[v] - top);
        for (int v = 0; v < logits.length; v++) logits[v] /= sum;
        return logits;
    }

    /// The largest difference of an element of `actual` from `factor` times that of `expected`, relative to the largest element.
    static double apart(double[] expected, double factor, HostArray actual) {
        double apart = 0;
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            apart = Math.max(apart, Math.abs(expected[i] * factor - actual.getFloat(i)));
            largest = Math.max(largest, Math.abs(expected[i] * factor));
        }
        return apart / largest;
    }
}
