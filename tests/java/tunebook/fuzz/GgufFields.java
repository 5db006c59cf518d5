package tunebook.fuzz;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// Where in a good GGUF file its counts, lengths, types, numbers and offsets stand.
final class GgufFields {
    private static final int[] WIDTH = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    private static final int STRING = 8, ARRAY = 9;

    private final ByteBuffer in;
    private final List<Field> fields = new ArrayList<>();

    private GgufFields(byte[] file) {
        in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// A number of `width` bytes at byte `at`.
    record Field(int at, int width, long value) {}

    /// Those that can be found: of a file that is damaged already, the ones before the damage.
    static List<Field> of(byte[] file) {
        GgufFields f = new GgufFields(file);
        try {
            f.readAll();
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
            if (f.fields.isEmpty()) f.fields.add(new Field(0, 1, 0));
        }
        return f.fields;
    }

    private void readAll() {
        read(4);
        read(4);
        long tensors = read(8), keys = read(8);
        for (long i = 0; i < keys; i++) {
            string();
            value((int) read(4));
        }
        for (long i = 0; i < tensors; i++) {
            string();
            long axes = read(4);
            for (long a = 0; a < axes; a++) read(8);
            read(4);
            read(8);
        }
    }

    private long read(int width) {
        int at = in.position();
        long value = switch (width) {
            case 1 -> in.get();
            case 2 -> in.getShort();
            case 4 -> in.getInt();
            default -> in.getLong();
        };
        fields.add(new Field(at, width, value));
        return value;
    }

    private void string() {
        in.position(in.position() + (int) read(8));
    }

    /// Of a long array only the first elements, lest they outnumber all else.
    private void value(int type) {
        if (type == STRING) string();
        else if (type == ARRAY) {
            int of = (int) read(4);
            long count = read(8);
            for (long i = 0; i < count; i++) {
                int before = fields.size();
                value(of);
                if (i >= 3) fields.subList(before, fields.size()).clear();
            }
        } else read(WIDTH[type]);
    }
}
