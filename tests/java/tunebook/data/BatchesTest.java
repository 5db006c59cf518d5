package tunebook.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tunebook.TinyGemma;
import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;

class BatchesTest {
    private static final Seed SEED = Seed.of(3);

    private static List<Example> examples(int count, int shortest, int longest) {
        Random r = new Random(count);
        return IntStream.range(0, count).mapToObj(i -> {
            int n = shortest + r.nextInt(longest - shortest + 1);
            int[] tokens = new int[n];
            java.util.Arrays.fill(tokens, i + 1);
            return TinyGemma.example(tokens, n - 2);
        }).toList();
    }

    @Test
    void documentsStandEndToEndWithTheTokenBeforeEachLearnedOne() {
        Batch b = Batch.of(List.of(TinyGemma.example(new int[] {2, 5, 6, 7}, 2), TinyGemma.example(new int[] {2, 8}, 1)), 8, 5);
        assertArrayEquals(new int[] {2, 5, 6, 7, 2, 8, 0, 0}, b.tokens().toInts());
        assertArrayEquals(new int[] {0, 1, 2, 3, 0, 1, 0, 1}, b.positions().toInts());
        assertArrayEquals(new int[] {1, 1, 1, 1, 2, 2, 0, 0}, b.segments().toInts());
        assertArrayEquals(new int[] {1, 2, 4, 0, 0}, b.predictors().toInts());
        assertArrayEquals(new int[] {6, 7, 8, 0, 0}, b.targets().toInts());
        assertArrayEquals(new float[] {1, 1, 1, 0, 0}, b.weights().toFloats());
        assertEquals(List.of(2, 6, 3), List.of(b.documents(), b.realTokens(), b.learnedTokens()));
        assertEquals(0.75, b.fill());
    }

    @Test
    void whatDoesNotFitIsAnError() {
        List<Example> two = List.of(TinyGemma.example(new int[] {2, 5, 6, 7}, 2), TinyGemma.example(new int[] {2, 8}, 1));
        assertMessage(() -> Batch.of(two, 5, 5), "Batch.of: examples do not fit", "6 tokens (3 learned) into 5 slots (5 learned)");
        assertMessage(() -> Batch.of(two, 6, 2), "into 6 slots (2 learned)");
        assertMessage(() -> Batches.byTokens(two, 3, 1, SEED, false), "an example is longer than a batch", "4 tokens into 3 slots");
    }

    private static void assertMessage(org.junit.jupiter.api.function.Executable body, String... parts) {
        String message = assertThrows(TunebookException.class, body).getMessage();
        for (String part : parts) assertTrue(message.contains(part), message);
    }

    private static List<Integer> used(Batches batches) {
        return batches.groups().stream().flatMap(List::stream).toList();
    }

    @Test
    void batchesByRowsTakeEveryExampleOnceInEachEpoch() {
        Batches batches = Batches.bySize(examples(10, 3, 9), 4, 1, 5, SEED, true);
        assertEquals(5, batches.size());
        assertEquals(10, new HashSet<>(used(batches).subList(0, 10)).size());
        assertEquals(10, new HashSet<>(used(batches).subList(10, 20)).size());
        assertNotEquals(used(batches).subList(0, 10), used(batches).subList(10, 20));
        assertEquals(batches, Batches.bySize(batches.examples(), 4, 1, 5, SEED, true));
        assertNotEquals(batches, Batches.bySize(batches.examples(), 4, 1, 5, Seed.of(4), true));
        assertEquals(List.of(0, 1, 2, 3), Batches.bySize(batches.examples(), 4, 1, 5, SEED, false).groups().getFirst());
    }

    @Test
    void batchesByTokensAreFullAndLeaveNoExampleBehind() {
        List<Example> examples = examples(300, 10, 120);
        Batches batches = Batches.byTokens(examples, 256, 200, SEED, true);
        assertEquals(200, batches.size());
        assertEquals(256, batches.capacity());
        assertTrue(batches.fill() > 0.95, "" + batches.fill());
        for (int i = 0; i < 200; i++) assertTrue(batches.get(i, batches.learned()).realTokens() <= 256);
        int[] times = new int[300];
        used(batches).forEach(i -> times[i]++);
        int most = IntStream.of(times).max().orElseThrow();
        assertTrue(IntStream.of(times).min().orElseThrow() >= most - 2, "the longest wait their turn, no more");
        assertEquals(batches, Batches.byTokens(examples, 256, 200, SEED, true));
    }

    @Test
    void fewExamplesFillManyBatches() {
        Batches batches = Batches.byTokens(examples(2, 5, 9), 64, 7, SEED, true);
        assertEquals(7, batches.size());
        assertTrue(batches.groups().stream().noneMatch(List::isEmpty));
    }

    @Test
    void inOrderTakesEachOnceAndFindsRoomForTheLongest() {
        Batches batches = Batches.inOrder(examples(50, 10, 100), 64);
        assertEquals(IntStream.range(0, 50).boxed().toList(), used(batches));
        assertTrue(batches.capacity() >= batches.longest() && batches.longest() > 64);
        assertEquals(0, Batches.inOrder(List.of(), 64).size());
    }

    @Test
    void theBatchesOfARunHaveAtMostThreeShapesAndFillThem() {
        var random = new Random(5); // lengths as those of google/mobile-actions
        List<Example> rows = IntStream.range(0, 64).map(i -> (int) Math.clamp(656 + 70 * random.nextGaussian(), 420, 900))
            .mapToObj(n -> TinyGemma.example(IntStream.range(2, 2 + n).toArray(), n - 50)).toList();
        Batches batches = Batches.bySize(rows, 2, 4, 30, SEED, true);
        var shapes = IntStream.range(0, batches.size()).mapToObj(i -> batches.get(i, batches.learned()).tokens().shape()).distinct().toList();
        assertTrue(shapes.size() <= 3 && shapes.size() == batches.capacities().size(), shapes.toString());
        assertTrue(batches.fill() >= 0.97, "" + batches.fill());
        assertTrue(batches.capacities().stream().allMatch(c -> c % 16 == 0), batches.capacities().toString());
    }

    @Test
    void aStepsRowsAreDealtIntoBatchesOfEqualRowsAndNearlyEqualLength() {
        Batches batches = Batches.bySize(examples(64, 420, 900), 2, 4, 8, SEED, false);
        for (int step = 0; step < 8; step++) {
            List<List<Integer>> groups = batches.groups().subList(4 * step, 4 * step + 4);
            assertTrue(groups.stream().allMatch(g -> g.size() == 2), groups.toString());
            assertEquals(IntStream.range(8 * step, 8 * step + 8).boxed().toList(), groups.stream().flatMap(List::stream).sorted().toList());
            int[] lengths = groups.stream().mapToInt(g -> g.stream().mapToInt(i -> batches.examples().get(i).length()).sum()).toArray();
            int first = 8 * step;
            int[] inOrder = IntStream.range(0, 4).map(k -> batches.examples().get(first + 2 * k).length() + batches.examples().get(first + 2 * k + 1).length()).toArray();
            assertTrue(spread(lengths) <= spread(inOrder), spread(lengths) + " > " + spread(inOrder));
        }
    }

    private static int spread(int[] x) {
        return IntStream.of(x).max().orElseThrow() - IntStream.of(x).min().orElseThrow();
    }

    @Test
    void sizesWasteAsFewSlotsAsAnyChoiceDoes() {
        var random = new Random(3);
        for (int trial = 0; trial < 20; trial++) {
            List<Integer> lengths = random.ints(30, 1, 200).boxed().toList();
            List<Integer> possible = lengths.stream().map(n -> Math.ceilDiv(n, 16) * 16).distinct().sorted().toList();
            long best = Long.MAX_VALUE;
            for (int a : possible) for (int b : possible) best = Math.min(best, slots(lengths, List.of(Math.min(a, b), Math.max(a, b), possible.getLast())));
            assertEquals(best, slots(lengths, Sizes.of(lengths, 3)));
        }
        assertEquals(List.of(64), Sizes.of(List.of(60, 64), 3));
    }

    private static long slots(List<Integer> lengths, List<Integer> sizes) {
        return lengths.stream().mapToLong(n -> sizes.stream().filter(s -> s >= n).findFirst().orElseThrow()).sum();
    }
}
