package tunebook.train;

import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.Map;
import tunebook.engine.Buffer;
import tunebook.model.LanguageModel;
import tunebook.tensor.HostArray;

/// Host memory for what a checkpoint holds of the device: the trained parameters and the optimizer's state. It is used again for each checkpoint, so
/// that a long run's memory does not grow. Closing it frees the memory.
final class Snapshot implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final LanguageModel model;
    private final TrainStep step;
    private final Map<String, HostArray> parameters = new LinkedHashMap<>();
    private final Map<String, HostArray> optimizer = new LinkedHashMap<>();

    Snapshot(LanguageModel model, TrainStep step) {
        this.model = model;
        this.step = step;
        for (String path : model.trainable()) parameters.put(path, room(model.buffer(path)));
        step.optimizer().forEach((name, buffer) -> optimizer.put(name, room(buffer)));
    }

    private HostArray room(Buffer buffer) {
        return new HostArray(buffer.dtype(), buffer.shape(), arena.allocate(buffer.bytes(), 64));
    }

    /// Copies what is on the device now over what was there.
    void take() {
        parameters.forEach((path, host) -> model.buffer(path).toHost(host));
        Map<String, Buffer> state = step.optimizer();
        optimizer.forEach((name, host) -> state.get(name).toHost(host));
    }

    Map<String, HostArray> parameters() {
        return parameters;
    }

    Map<String, HostArray> optimizer() {
        return optimizer;
    }

    @Override
    public void close() {
        arena.close();
    }
}
