package tunebook.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;

/// Which examples go into which batch, planned ahead, so that the batches of a run have few shapes and few programs are compiled.
///
/// @param examples        all examples
/// @param groups          indices of the examples of each batch, in order
/// @param capacities      the sizes that batches come in, in token slots, rising
/// @param learned         most learned tokens of a batch
/// @param longest         tokens of the longest example
public record Batches(List<Example> examples, List<List<Integer>> groups, List<Integer> capacities, int learned, int longest) {
    /// Most sizes of a run, each of which is a program to compile.
    private static final int SIZES = 3;
    /// Another size is worth its program while less than this share of the slots is filled.
    private static final double FULL = 0.97;
    /// Steps whose shuffled examples are dealt out together.
    private static final int DEALT = 8;
    /// How many waiting examples are looked through for one that fits.
    private static final int LOOKAHEAD = 64;

    /// `steps` times `together` batches of `size` examples, in their order or shuffled, anew each time all were used. The examples of a step, and where they
    /// are shuffled those of [#DEALT] steps of an epoch, are dealt out so that batches are about equally long.
    public static Batches bySize(List<Example> examples, int size, int together, int steps, Seed seed, boolean shuffle) {
        int step = size * together;
        List<Integer> order = order(examples.size(), step * steps, seed, shuffle);
        List<List<Integer>> groups = new ArrayList<>();
        for (int i = 0, n; i < order.size(); i += n * step) {
            int left = Math.min(order.size() - i, examples.size() - i % examples.size()) / step; // whole steps of the epoch
            n = shuffle ? Math.clamp(left, 1, DEALT) : 1;
            List<List<Integer>> dealt = new ArrayList<>(dealt(examples, order.subList(i, i + n * step), n * together));
            if (n > 1) Collections.shuffle(dealt, Random.from(seed.derive("dealt " + i).random()));
            groups.addAll(dealt);
        }
        return of(examples, groups, 0);
    }

    /// `rows` in `hands` groups of one size: the longest that is left goes to the shortest group that has room.
    private static List<List<Integer>> dealt(List<Example> examples, List<Integer> rows, int hands) {
        if (hands == 1) return List.of(List.copyOf(rows));
        List<List<Integer>> groups = new ArrayList<>();
        for (int h = 0; h < hands; h++) groups.add(new ArrayList<>());
        List<Integer> falling = new ArrayList<>(rows);
        falling.sort(Comparator.comparingInt((Integer i) -> examples.get(i).length()).reversed());
        for (int row : falling)
            groups.stream().filter(g -> g.size() < rows.size() / hands).min(Comparator.comparingInt(g -> tokens(examples, g))).orElseThrow().add(row);
        return groups.stream().map(List::copyOf).toList();
    }

    private static int tokens(List<Example> examples, List<Integer> group) {
        return group.stream().mapToInt(i -> examples.get(i).length()).sum();
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

    /// @param slots the one size; 0: up to [#SIZES] of them, as few as fill [#FULL] of the slots
    private static Batches of(List<Example> examples, List<List<Integer>> groups, int slots) {
        List<Integer> lengths = groups.stream().map(g -> tokens(examples, g)).toList();
        int learned = groups.stream().mapToInt(g -> g.stream().mapToInt(i -> examples.get(i).learnedCount()).sum()).max().orElse(0);
        int longest = examples.stream().mapToInt(Example::length).max().orElse(0);
        Batches out = new Batches(examples, List.copyOf(groups), Sizes.of(slots > 0 ? List.of(slots) : lengths, 1), learned, longest);
        for (int n = 2; n <= SIZES && slots == 0 && out.fill() < FULL; n++)
            out = new Batches(examples, out.groups(), Sizes.of(lengths, n), learned, longest);
        return out;
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

    /// Token slots of the largest batch.
    public int capacity() {
        return capacities.getLast();
    }

    /// Token slots of batch `i`: the least size that holds it.
    public int capacity(int i) {
        int length = tokens(examples, groups.get(i));
        return capacities.stream().filter(c -> c >= length).findFirst().orElseThrow();
    }

    /// Batch `i`, with room for `learnedCapacity` learned tokens.
    public Batch get(int i, int learnedCapacity) {
        return Batch.of(groups.get(i).stream().map(examples::get).toList(), capacity(i), learnedCapacity);
    }

    /// Share of all token slots that hold a real token.
    public double fill() {
        long real = groups.stream().mapToLong(g -> tokens(examples, g)).sum();
        return real / (double) IntStream.range(0, size()).mapToLong(this::capacity).sum();
    }
}
