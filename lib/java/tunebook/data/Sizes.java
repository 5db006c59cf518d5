package tunebook.data;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// Few sizes for many lengths.
final class Sizes {
    private Sizes() {}

    /// Sizes are multiples of this; beyond 2,048 of [#COARSE], so that attention finds large blocks that divide them.
    private static final int FINE = 16;
    private static final int COARSE = 64;

    /// At most `count` sizes, rising, such that the least size holding each of `lengths` wastes the fewest slots in all.
    static List<Integer> of(List<Integer> lengths, int count) {
        var rows = new TreeMap<Integer, Long>();
        for (int length : lengths) rows.merge(rounded(length), 1L, Long::sum);
        if (rows.isEmpty()) return List.of(FINE);
        List<Integer> sizes = List.copyOf(rows.keySet());
        // best.get(i): the choice that holds the lengths up to sizes[i] in fewest slots; one size more in each round
        List<Choice> best = new ArrayList<>();
        for (int i = 0; i < sizes.size(); i++) best.add(new Choice(0, List.of()).and(sizes.get(i), between(rows, 0, sizes.get(i))));
        for (int round = 2; round <= count; round++) {
            List<Choice> before = List.copyOf(best);
            for (int i = 0; i < sizes.size(); i++)
                for (int j = 0; j < i; j++) {
                    Choice with = before.get(j).and(sizes.get(i), between(rows, sizes.get(j), sizes.get(i)));
                    if (with.slots() < best.get(i).slots()) best.set(i, with);
                }
        }
        return best.getLast().sizes();
    }

    private static int rounded(int length) {
        int step = length <= 2048 ? FINE : COARSE;
        return Math.max(FINE, Math.ceilDiv(length, step) * step);
    }

    /// How many lengths are above `low` and at most `high`.
    private static long between(TreeMap<Integer, Long> rows, int low, int high) {
        return rows.subMap(low, false, high, true).values().stream().mapToLong(n -> n).sum();
    }

    private record Choice(long slots, List<Integer> sizes) {
        Choice and(int size, long rows) {
            List<Integer> more = new ArrayList<>(sizes);
            more.add(size);
            return new Choice(slots + size * rows, List.copyOf(more));
        }
    }
}
