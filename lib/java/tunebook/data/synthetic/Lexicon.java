package tunebook.data.synthetic;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import tunebook.tensor.TunebookException;

/// The word lists of `words.txt`, by name, in file order. Every fourth entry of a list is held out, so that evaluation
/// rows can hold words that no training row holds.
record Lexicon(Map<String, List<String>> lists) {
    /// Which entries may be drawn: those of training rows, or the held-out ones.
    enum Pool { TRAIN, HELD_OUT }

    /// The lists shipped with the library.
    static Lexicon load() {
        var lists = new LinkedHashMap<String, List<String>>();
        List<String> current = new ArrayList<>();
        for (String line : resourceLines("words.txt")) {
            if (line.startsWith("[")) lists.put(line.substring(1, line.indexOf(']')), current = new ArrayList<>());
            else for (String entry : line.split(",")) if (!entry.isBlank()) current.add(entry.strip());
        }
        return new Lexicon(lists);
    }

    /// The entries of list `name` that `pool` may use; throws for a name that is not there.
    List<String> entries(String name, Pool pool) {
        List<String> all = lists.get(name);
        if (all == null) throw TunebookException.of("Lexicon.entries", "no such word list", name, "use one of " + lists.keySet());
        return IntStream.range(0, all.size()).filter(i -> (i % 4 == 3) == (pool == Pool.HELD_OUT)).mapToObj(all::get).toList();
    }

    /// Every letter (and sign) that occurs in the lists of `script`, held-out entries included.
    List<Integer> letters(String script) {
        return lists.entrySet().stream().filter(list -> list.getKey().startsWith(script + "_"))
                .flatMap(list -> list.getValue().stream()).flatMap(word -> word.codePoints().boxed()).distinct().sorted().toList();
    }

    static <T> T pick(RandomGenerator random, List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    /// The lines of a text beside this class, without comments and blank lines.
    static List<String> resourceLines(String file) {
        try (InputStream in = Lexicon.class.getResourceAsStream(file)) {
            if (in == null) throw TunebookException.of("Lexicon.resourceLines", "a resource is missing", file, "build the jar again");
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
