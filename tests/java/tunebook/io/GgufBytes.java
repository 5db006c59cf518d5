package tunebook.io;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Puts together the bytes of small GGUF files, good and bad ones, by hand.
final class GgufBytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    static GgufBytes header(int version, long tensors, long keys) {
        return new GgufBytes().raw("GGUF".getBytes(StandardCharsets.US_ASCII)).u32(version).u64(tensors).u64(keys);
    }

    GgufBytes raw(byte... bytes) {
        out.writeBytes(bytes);
        return this;
    }

    GgufBytes u32(int v) {
        return raw(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(v).array());
    }

    GgufBytes u64(long v) {
        return raw(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(v).array());
    }

    GgufBytes string(String s) {
        byte[] text = s.getBytes(StandardCharsets.UTF_8);
        return u64(text.length).raw(text);
    }

    GgufBytes tensor(String name, int type, long offset, long... dims) {
        string(name).u32(dims.length);
        for (long d : dims) u64(d);
        return u32(type).u64(offset);
    }

    /// Zeros up to a multiple of 32, then `bytes` more.
    GgufBytes data(int bytes) {
        return raw(new byte[(32 - out.size() % 32) % 32 + bytes]);
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
