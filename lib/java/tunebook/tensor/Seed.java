package tunebook.tensor;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// Where randomness starts. The same seed gives the same run.
public record Seed(long value) {
    public static Seed of(long value) {
        return new Seed(value);
    }

    /// An independent seed for the part called `name` (one for each LoRA matrix, say).
    public Seed derive(String name) {
        long h = value ^ 0x9E3779B97F4A7C15L;
        for (int i = 0; i < name.length(); i++) h = (h ^ name.charAt(i)) * 0x100000001B3L;
        h ^= h >>> 32;
        return new Seed(h * 0xD6E8FEB86659FD93L);
    }

    /// A fresh generator, always the same algorithm (L64X128MixRandom).
    public RandomGenerator random() {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(value);
    }
}
