package tunebook.lora;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import tunebook.gemma.Gemma3;
import tunebook.tensor.HostArray;
import tunebook.tensor.Seed;

/// Adapters that do something without training: A and B normal with deviation 0.15, the same numbers at every call and everywhere.
public final class RandomAdapter {
    private RandomAdapter() {}

    public static LoraModel on(Gemma3 base, Lora lora) {
        try (LoraModel fresh = lora.attach(base, Seed.of(3))) {
            Map<String, HostArray> matrices = new LinkedHashMap<>();
            Random r = new Random(11);
            for (String path : fresh.trainable()) {
                float[] values = new float[(int) fresh.buffer(path).shape().size()];
                for (int i = 0; i < values.length; i++) values[i] = (float) r.nextGaussian() * 0.15f;
                matrices.put(path, HostArray.of(values, fresh.buffer(path).shape().toArray()));
            }
            return LoraModel.of(base, lora, List.copyOf(fresh.targets()), matrices);
        }
    }
}
