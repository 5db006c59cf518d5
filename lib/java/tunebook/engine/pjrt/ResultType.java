package tunebook.engine.pjrt;

import tunebook.tensor.DType;
import tunebook.tensor.Shape;

/// Element type and shape of one result of a compiled program, as the plug-in states them.
public record ResultType(DType dtype, Shape shape) {
    /// Size in bytes without a device's padding.
    public long bytes() {
        return shape.size() * dtype.bytes();
    }

    @Override
    public String toString() {
        return dtype + shape.toString();
    }
}
