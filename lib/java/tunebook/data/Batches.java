package tunebook.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;

/// Which examples go into which batch, planned ahead, so that every batch of a run has one shape and a step compiles once.
///
/// @param examples        all examples
/// @param groups          indices of the examples of each batch, in order
/// @param capacity        token slots of every batch
/// @param learned         most learned tokens of a batch
/// @param longest         tokens of the longest example
public record Batches(List<Example> examples, List<List<Integer>> groups, int capacity, int learned, int longest) {
    /// Token slots come in multiples of this.
    private static final int SLOTS = 256;
    /// How many waiting examples are looked through for one that fits.
    private static final int LOOKAHEAD = 64;

    /// `count` batches of `size` examples, in their order or shuffled, anew each time all were used.
    public static Batches bySize(List<Example> examples, int size, int count, Seed seed, boolean shuffle) {
        List<Integer> order = order(examples.size(), size * count, seed, shuffle);
        List<List<Integer>> groups = new ArrayList<>();
        for (int i = 0; i < order.size(); i += size) groups.add(List.copyOf(order.subList(i, Math.min(i + size, order.size()))));
        return of(examples, groups, 0);
    }

    /// `count` batches of as many examples as fit into `slots` tokens. An example that does not fit waits for the next batch.
    public static Batches byTokens(List<Example> examples, int slots, int count, Seed seed, boolean shuffle) {
        int longest = examples.stream().mapToInt(Example::length).max().orElse(0);
        if (longest > slots)
            throw TunebookException.of("Batches.byTokens", "an example is longer than a batch", longest + " tokens into " + slots + " slots",
                "raise batchTokens or lower maxLength");
        List<List<Integer>> groups = new ArrayList<>();
        List<Integer> waiting = new ArrayList<>();
        for (int epoch = 0; groups.size() < count; epoch++) {
            List<Integer> order = order(examples.size(), examples.size(), seed.derive("epoch " + epoch), shuffle);
            int next = 0;
            while (groups.size() < count && (next < order.size() || waiting.size() >= LOOKAHEAD)) {
                while (waiting.size() < LOOKAHEAD && next < order.size()) waiting.add(order.get(next++));
                if (waiting.size() < LOOKAHEAD) break;
                groups.add(fill(examples, waiting, slots));
            }
        }
        return of(examples, groups, slots);
    }

    /// All examples once, in order, as many a batch as fit into `slots` tokens (or into the longest example's).
    public static Batches inOrder(List<Example> examples, int slots) {
        int room = Math.max(slots, examples.stream().mapToInt(Example::length).max().orElse(0));
        List<List<Integer>> groups = new ArrayList<>();
        List<Integer> group = new ArrayList<>();
        int used = 0;
        for (int i = 0; i < examples.size(); i++) {
            if (used + examples.get(i).length() > room) {
                groups.add(List.copyOf(group));
                group.clear();
                used = 0;
            }
            group.add(i);
            used += examples.get(i).length();
        }
        if (!group.isEmpty()) groups.add(List.copyOf(group));
        return of(examples, groups, room);
    }

    /// Takes from `waiting` what fits, first come first.
    private static List<Integer> fill(List<Example> examples, List<Integer> waiting, int slots) {
        List<Integer> group = new ArrayList<>();
        int left = slots;
        for (int i = 0; i < waiting.size(); ) {
            int length = examples.get(waiting.get(i)).length();
            if (length > left) i++;
            else {
                left -= length;
                group.add(waiting.remove(i));
            }
        }
        return group;
    }

    private static Batches of(List<Example> examples, List<List<Integer>> groups, int slots) {
        int tokens = Math.max(slots, groups.stream().mapToInt(g -> g.stream().mapToInt(i -> examples.get(i).length()).sum()).max().orElse(0));
        int learned = groups.stream().mapToInt(g -> g.stream().mapToInt(i -> examples.get(i).learnedCount()).sum()).max().orElse(0);
        int longest = examples.stream().mapToInt(Example::length).max().orElse(0);
        return new Batches(examples, List.copyOf(groups), tokens < SLOTS ? Math.ceilDiv(tokens, 16) * 16 : Math.ceilDiv(tokens, SLOTS) * SLOTS, learned, longest);
    }

    /// The first `count` of the examples' order, repeated (and shuffled anew) as often as needed.
    private static List<Integer> order(int examples, int count, Seed seed, boolean shuffle) {
        List<Integer> out = new ArrayList<>(count);
        for (int epoch = 0; out.size() < count; epoch++) {
            List<Integer> one = new ArrayList<>(IntStream.range(0, examples).boxed().toList());
            if (shuffle) Collections.shuffle(one, Random.from(seed.derive("epoch " + epoch).random()));
            out.addAll(one.subList(0, Math.min(one.size(), count - out.size())));
        }
        return out;
    }

    public int size() {
        return groups.size();
    }

    /// Batch `i`, with room for `learnedCapacity` learned tokens.
    public Batch get(int i, int learnedCapacity) {
        return Batch.of(groups.get(i).stream().map(examples::get).toList(), capacity, learnedCapacity);
    }

    /// Share of all token slots that hold a real token.
    public double fill() {
        long real = groups.stream().flatMap(List::stream).mapToLong(i -> examples.get(i).length()).sum();
        return real / ((double) capacity * groups.size());
    }
}
