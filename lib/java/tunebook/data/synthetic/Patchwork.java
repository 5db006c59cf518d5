package tunebook.data.synthetic;

import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Text sewn from the letter groups of `pieces.txt`, every one of which is as likely as any other.
///
/// A model that ties its output to its embedding learns not to say a token that it has never had to say. Patchwork makes
/// every token something to be copied, whatever the other word lists hold.
record Patchwork(RandomGenerator random, List<String> pieces) {
    /// The letter groups; a leading space is part of a group.
    static List<String> load() {
        return Lexicon.resourceLines("pieces.txt").stream().flatMap(line -> List.of(line.split(" ")).stream()).map(piece -> piece.replace('▁', ' ')).toList();
    }

    /// One to five words, sewn or whole.
    String text() {
        return joined(1 + random.nextInt(5), () -> random.nextBoolean() ? " " + word() : piece()).strip();
    }

    /// One word of one to three groups.
    String word() {
        return joined(1 + random.nextInt(3), () -> piece().strip().replace("_", ""));
    }

    /// A name as functions and parameters have it, in small letters: `ighbo_tle`.
    String name() {
        String name = joined(2 + random.nextInt(2), () -> (random.nextBoolean() ? "_" : "") + latin());
        return name.replaceAll("_+", "_").replaceAll("^_", "");
    }

    private String latin() {
        while (true) {
            String piece = piece().strip().toLowerCase(Locale.ROOT);
            if (piece.chars().allMatch(c -> c >= 'a' && c <= 'z' || c == '_')) return piece;
        }
    }

    private String piece() {
        return Lexicon.pick(random, pieces);
    }

    private static String joined(int count, Supplier<String> part) {
        return IntStream.range(0, count).mapToObj(i -> part.get()).collect(Collectors.joining());
    }
}
