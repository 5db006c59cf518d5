package tunebook.engine.pjrt;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Writes one protocol-buffers message, field by field. Enough for compile options; nothing is read.
final class Proto {
    private static final int VARINT = 0, FIXED64 = 1, BYTES = 2;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Proto varint(int field, long value) {
        tag(field, VARINT);
        raw(value);
        return this;
    }

    Proto fixed64(int field, long bits) {
        tag(field, FIXED64);
        for (int shift = 0; shift < 64; shift += 8) out.write((int) (bits >>> shift));
        return this;
    }

    Proto text(int field, String text) {
        return bytes(field, text.getBytes(StandardCharsets.UTF_8));
    }

    Proto message(int field, Proto message) {
        return bytes(field, message.toBytes());
    }

    private Proto bytes(int field, byte[] bytes) {
        tag(field, BYTES);
        raw(bytes.length);
        out.writeBytes(bytes);
        return this;
    }

    private void tag(int field, int wire) {
        raw((long) field << 3 | wire);
    }

    private void raw(long value) {
        while ((value & ~0x7fL) != 0) {
            out.write((int) (value & 0x7f | 0x80));
            value >>>= 7;
        }
        out.write((int) value);
    }

    byte[] toBytes() {
        return out.toByteArray();
    }
}
