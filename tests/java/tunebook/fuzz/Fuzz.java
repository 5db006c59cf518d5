package tunebook.fuzz;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tunebook.io.SafeTensors;
import tunebook.tensor.HostArray;
import tunebook.tensor.Seed;
import tunebook.tensor.Sha256;
import tunebook.tensor.TunebookException;

/// Damages the files of one [Kind] and reads them. Each damaged input must end in a valid read or in a [TunebookException], soon, without allocating much.
///
/// Much is: more than twice the input's size and 2 MiB beyond what reading the good files allocates. What is allocated is all objects that the reading thread makes, those
/// it drops at once too, and memory outside the heap that Java reserved; the tokenizers library's own and the mapped files (as large as they are) are not seen here.
final class Fuzz {
    /// In the name of a tensor of a file that stands beside the folder that is read.
    static final String SECRET = "secret_of_another_folder";
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final BufferPoolMXBean DIRECT = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream().filter(b -> b.getName().equals("direct")).findFirst().orElseThrow();
    /// For what does not grow with the file: an error's message and stack, and what parsing makes and drops of the texts that damage puts in, 70,000 characters at most.
    private static final long PARSING = 2 << 20;

    private final Kind kind;
    private final long seed;
    private final Path parent;
    private final Path folder;
    private final Map<String, byte[]> good = new TreeMap<>();
    /// Bytes that reading the good files allocates.
    private final long usual;
    private final Map<String, Integer> errors = new TreeMap<>();
    private final List<String> wrong = new ArrayList<>();
    private int read;

    /// `parent` is an empty folder.
    Fuzz(Kind kind, long seed, Path parent) throws IOException {
        this.kind = kind;
        this.seed = seed;
        this.parent = parent;
        this.folder = parent.resolve("read");
        SafeTensors.write(parent.resolve("outside.safetensors"), Map.of(SECRET, HostArray.of(new float[] {1})), Map.of());
        for (Map.Entry<String, Path> file : kind.goodFiles(Files.createDirectory(parent.resolve("made"))).entrySet()) good.put(file.getKey(), kind.good(file.getValue()));
        put(good);
        long most = 0;
        for (int i = 0; i < 5; i++) most = allocated(() -> kind.read(folder)); // the first one loads classes
        usual = most;
    }

    /// What came of inputs: how many were read well, the errors by what they say, and what must not be.
    record Report(Kind kind, int inputs, int read, Map<String, Integer> errors, List<String> wrong) {
        @Override
        public String toString() {
            return "| " + kind.name().toLowerCase() + " | " + inputs + " | " + read + " | " + errors.values().stream().mapToInt(n -> n).sum() + " | " + errors.size() + " | " + wrong.size() + " |";
        }
    }

    /// Inputs number `from` to `to`, the last excluded.
    Report run(int from, int to, java.util.function.IntConsumer next) throws IOException {
        for (int n = from; n < to; n++) {
            next.accept(n);
            one(n);
        }
        return new Report(kind, to - from, read, errors, wrong);
    }

    private void one(int n) throws IOException {
        Map<String, byte[]> damaged = damaged(n);
        put(damaged);
        List<String> before = names();
        long limit = usual + PARSING + 2 * damaged.values().stream().mapToLong(b -> b.length).sum();
        long allocated = allocated(() -> {
            try {
                kind.read(folder);
                read++;
            } catch (TunebookException e) {
                errors.merge(what(e), 1, Integer::sum);
            } catch (Throwable e) {
                wrong(n, e + " at " + Stream.of(e.getStackTrace()).filter(s -> s.getClassName().startsWith("tunebook")).findFirst().orElse(null));
            }
        });
        if (allocated > limit) wrong(n, "allocated " + allocated + " bytes, limit " + limit);
        if (!names().equals(before)) wrong(n, "there were " + before + ", there are " + names());
    }

    private void wrong(int n, String what) {
        wrong.add(kind + " " + n + ": " + what);
    }

    /// Input `n`: one of the files changed, or one taken away, or two changed.
    Map<String, byte[]> damaged(int n) {
        RandomGenerator random = Seed.of(seed).derive(kind + " " + n).random();
        Damage damage = new Damage(random);
        Map<String, byte[]> out = new LinkedHashMap<>(good);
        List<String> names = List.copyOf(good.keySet());
        for (int i = random.nextInt(8) == 0 ? 2 : 1; i > 0; i--) {
            String name = names.get(random.nextInt(names.size()));
            if (names.size() > 1 && random.nextInt(30) == 0) out.remove(name);
            else out.computeIfPresent(name, (_, b) -> random.nextInt(4) == 0 ? damage.bytes(b) : Kind.aware(name).apply(damage, b));
        }
        if (random.nextInt(4) > 0) seal(out);
        return out;
    }

    /// Gives a folder with checksums those of its damaged files, so that these are read at all.
    private static void seal(Map<String, byte[]> files) {
        if (!files.containsKey("SHA256SUMS")) return;
        StringBuilder sums = new StringBuilder();
        files.forEach((name, bytes) -> {
            if (!name.equals("SHA256SUMS")) sums.append(java.util.HexFormat.of().formatHex(Sha256.digest().digest(bytes))).append("  ").append(name).append('\n');
        });
        files.put("SHA256SUMS", sums.toString().getBytes(StandardCharsets.UTF_8));
    }

    private void put(Map<String, byte[]> files) throws IOException {
        delete(folder);
        Path place = Files.createDirectories(kind.place(folder));
        for (Map.Entry<String, byte[]> file : files.entrySet()) Files.write(place.resolve(file.getKey()), file.getValue());
    }

    private static void delete(Path path) throws IOException {
        if (!Files.exists(path)) return;
        try (Stream<Path> all = Files.walk(path)) {
            for (Path p : all.sorted(java.util.Comparator.reverseOrder()).toList()) Files.delete(p);
        }
    }

    /// What stands beside the folder that is read.
    private List<String> names() throws IOException {
        try (Stream<Path> all = Files.list(parent)) {
            return all.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    private static long allocated(Runnable work) {
        long heap = THREADS.getCurrentThreadAllocatedBytes(), direct = DIRECT.getMemoryUsed();
        work.run();
        return THREADS.getCurrentThreadAllocatedBytes() - heap + Math.max(0, DIRECT.getMemoryUsed() - direct);
    }

    /// What an error says, without names and numbers.
    private static String what(TunebookException e) {
        return e.getMessage().split(" — ")[0].replaceAll("\"[^\"]*\"", "…").replaceAll("[0-9]+", "n").lines().findFirst().orElse("").transform(s -> s.length() > 100 ? s.substring(0, 100) : s);
    }

    static String lines(Map<String, Integer> errors) {
        return errors.entrySet().stream().map(e -> e.getValue() + " x " + e.getKey()).collect(Collectors.joining("\n"));
    }
}
