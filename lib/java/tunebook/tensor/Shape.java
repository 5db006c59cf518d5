package tunebook.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The sizes of an array's axes, outermost first. A scalar has no axes.
public record Shape(List<Integer> dims) {
    public Shape {
        dims = List.copyOf(dims);
        for (int d : dims)
            if (d < 0) throw TunebookException.of("Shape", "negative size", dims.toString(), "give sizes of 0 or more");
    }

    public static Shape of(int... dims) {
        return new Shape(IntStream.of(dims).boxed().toList());
    }

    public int rank() {
        return dims.size();
    }

    /// Size of axis `axis`; negative counts from the last.
    public int dim(int axis) {
        return dims.get(axis < 0 ? axis + rank() : axis);
    }

    /// Number of elements.
    public long size() {
        long n = 1;
        for (int d : dims) n = Math.multiplyExact(n, d);
        return n;
    }

    public int[] toArray() {
        return dims.stream().mapToInt(Integer::intValue).toArray();
    }

    /// The same shape with axis `axis` (negative counts from the last) of size `size`.
    public Shape with(int axis, int size) {
        int[] d = toArray();
        d[axis < 0 ? axis + d.length : axis] = size;
        return of(d);
    }

    /// These axes and then those of `inner`.
    public Shape plus(Shape inner) {
        return new Shape(Stream.concat(dims.stream(), inner.dims.stream()).toList());
    }

    @Override
    public String toString() {
        return Arrays.toString(toArray());
    }
}
