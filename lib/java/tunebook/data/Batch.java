package tunebook.data;

import java.util.Arrays;
import java.util.List;
import tunebook.tensor.HostArray;
import tunebook.tensor.TunebookException;

/// Documents end to end on one token axis, ready for a step.
///
/// @param tokens        [T] I32; filling is token 0
/// @param positions     [T] I32, position in the document
/// @param segments      [T] I32, 1 for the first document, 2 for the second …; 0 for filling
/// @param predictors    [A] I32, the token before each learned one: its hidden state predicts it
/// @param targets       [A] I32, the learned tokens
/// @param weights       [A] F32, 1 for learned, 0 for filling
/// @param documents     number of documents
/// @param realTokens    tokens that are not filling
/// @param learnedTokens tokens that are learned
public record Batch(HostArray tokens, HostArray positions, HostArray segments, HostArray predictors, HostArray targets, HostArray weights,
                    int documents, int realTokens, int learnedTokens) {
    /// Packs `examples` into `capacity` token slots and `learnedCapacity` learned ones.
    public static Batch of(List<Example> examples, int capacity, int learnedCapacity) {
        int real = examples.stream().mapToInt(Example::length).sum();
        int learned = examples.stream().mapToInt(Example::learnedCount).sum();
        if (real > capacity || learned > learnedCapacity)
            throw TunebookException.of("Batch.of", "examples do not fit", real + " tokens (" + learned + " learned) into " + capacity + " slots ("
                + learnedCapacity + " learned)", "plan the batches with Batches");
        int[] tokens = new int[capacity];
        int[] positions = new int[capacity];
        int[] segments = new int[capacity];
        int[] predictors = new int[learnedCapacity];
        int[] targets = new int[learnedCapacity];
        float[] weights = new float[learnedCapacity];
        int at = 0;
        int a = 0;
        for (int d = 0; d < examples.size(); d++) {
            Example e = examples.get(d);
            for (int i = 0; i < e.length(); i++, at++) {
                tokens[at] = e.tokens()[i];
                positions[at] = i;
                segments[at] = d + 1;
                if (!e.learned()[i]) continue;
                predictors[a] = at - 1;
                targets[a] = e.tokens()[i];
                weights[a++] = 1;
            }
        }
        for (int i = at; i < capacity; i++) positions[i] = i - at;
        return new Batch(HostArray.of(tokens), HostArray.of(positions), HostArray.of(segments), HostArray.of(predictors), HostArray.of(targets),
            HostArray.of(weights), examples.size(), real, learned);
    }

    /// Share of token slots that hold a real token.
    public double fill() {
        return realTokens / (double) tokens.size();
    }

    @Override
    public String toString() {
        return "Batch[" + documents + " documents, " + realTokens + " of " + tokens.size() + " token slots, " + learnedTokens + " learned, starts "
            + Arrays.toString(Arrays.copyOf(tokens.toInts(), Math.min(8, (int) tokens.size()))) + "]";
    }
}
