package tunebook.io;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.tensor.DType;
import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;

/// A file damaged in any way is read well or ends in the library's own error: no other exception, no crash, no huge
/// allocation (the test virtual machine would not survive one).
class DamagedFilesTest {
    private static final int TRIES = 1000;
    private static final List<String> SCRAPS = List.of("-1", "9223372036854775807", "99999999999999999999", "1e3", "null", "[]", "{}", "\"\"", "\"F64\"", "\u0000", "]", "}", ",");

    @TempDir
    Path folder;

    @Test
    void damagedSafetensorsHeadersEndWellOrInOurError() throws IOException {
        byte[] good = Files.readAllBytes(GoldenTensors.FOLDER.resolve("python.safetensors"));
        int header = 8 + (good[0] & 0xff | (good[1] & 0xff) << 8);
        damage(good, header, file -> {
            try (SafeTensors tensors = SafeTensors.open(file)) {
                for (String name : tensors.names()) {
                    var array = tensors.get(name);
                    for (long i = 0; i < array.size(); i++) array.getFloat(i);
                }
                tensors.metadata().size();
            }
        });
    }

    @Test
    void damagedGgufFilesEndWellOrInOurError() throws IOException {
        byte[] good = Files.readAllBytes(GoldenTensors.FOLDER.resolve("small.gguf"));
        damage(good, good.length * 2 / 3, DamagedFilesTest::readWhole);
    }

    private static void readWhole(Path path) {
        try (Gguf file = Gguf.open(path)) {
            GgufMetadata m = file.metadata();
            for (String key : m.keys())
                for (Consumer<String> getter : List.<Consumer<String>>of(m::string, m::integer, m::number, m::bool, m::strings, m::floats, m::ints, m::bools))
                    orOurError(() -> getter.accept(key));
            for (String name : file.names()) orOurError(() -> file.get(name, DType.F32));
        }
    }

    private static void orOurError(Runnable action) {
        try {
            action.run();
        } catch (TunebookException expected) {
            // one of the two good ends
        }
    }

    /// Reads `TRIES` damaged copies of `good`, each with one to four changes in its first `region` bytes.
    private void damage(byte[] good, int region, Consumer<Path> read) throws IOException {
        int well = 0;
        Set<String> kinds = new TreeSet<>();
        for (int seed = 0; seed < TRIES; seed++) {
            RandomGenerator random = Seed.of(seed).random();
            byte[] bytes = good;
            for (int n = seed % 2 == 0 ? 0 : random.nextInt(4); n >= 0; n--) bytes = change(random, region).apply(bytes);
            Path file = Files.write(folder.resolve("damaged"), bytes);
            try {
                read.accept(file);
                well++;
            } catch (TunebookException e) {
                kinds.add(e.getMessage().replaceAll("[0-9]+|\".*?\"", "").split(" — ")[0]);
            } catch (Throwable other) {
                fail("seed " + seed + " ended in " + other, other);
            }
        }
        assertTrue(well > 20 && kinds.size() >= 10, "both ends and many kinds of error must be seen: " + well + " read; " + kinds);
    }

    private static UnaryOperator<byte[]> change(RandomGenerator random, int region) {
        int at = random.nextInt(region);
        return switch (random.nextInt(6)) {
            case 0 -> b -> with(b, at, (byte) (b[at % b.length] ^ 1 << random.nextInt(8)));
            case 1 -> b -> with(b, at, (byte) random.nextInt(256));
            case 2 -> b -> with(b, digitNear(b, at), (byte) ('0' + random.nextInt(10)));
            case 3 -> b -> Arrays.copyOf(b, random.nextInt(b.length) + 1);
            case 4 -> b -> spliced(b, at, random.nextInt(9), SCRAPS.get(random.nextInt(SCRAPS.size())).getBytes());
            default -> b -> spliced(b, at, 8, new byte[] {(byte) 0xff, (byte) random.nextInt(256), 0, 0, 0, 0, 0, (byte) random.nextInt(-128, 128)});
        };
    }

    private static byte[] with(byte[] bytes, int at, byte value) {
        byte[] out = bytes.clone();
        out[at % out.length] = value;
        return out;
    }

    private static int digitNear(byte[] bytes, int at) {
        for (int i = 0; i < bytes.length; i++) {
            int p = (at + i) % bytes.length;
            if (bytes[p] >= '0' && bytes[p] <= '9') return p;
        }
        return 0;
    }

    /// `bytes` with `drop` of them from `at` on replaced by `scrap`.
    private static byte[] spliced(byte[] bytes, int at, int drop, byte[] scrap) {
        int from = at % bytes.length, to = Math.min(bytes.length, from + drop);
        byte[] out = new byte[from + scrap.length + bytes.length - to];
        System.arraycopy(bytes, 0, out, 0, from);
        System.arraycopy(scrap, 0, out, from, scrap.length);
        System.arraycopy(bytes, to, out, from + scrap.length, bytes.length - to);
        return out;
    }
}
