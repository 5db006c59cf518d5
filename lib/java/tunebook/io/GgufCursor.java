package tunebook.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import tunebook.tensor.TunebookException;

/// A place in a GGUF file that moves on as it reads. Whatever would lead past the end is an error naming the byte.
final class GgufCursor {
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path file;
    private final MemorySegment bytes;
    private long at;

    GgufCursor(Path file, MemorySegment bytes, long at) {
        this.file = file;
        this.bytes = bytes;
        this.at = at;
    }

    long at() {
        return at;
    }

    long left() {
        return bytes.byteSize() - at;
    }

    int u32(String what) {
        return bytes.get(INT, take(4, what));
    }

    /// An unsigned 64-bit count or size, which must be one that fits what is left of the file at `least` bytes each.
    long count(long least, String what) {
        long start = at;
        long n = bytes.get(LONG, take(8, what));
        if (n < 0 || n > left() / least)
            throw bad(what + " is larger than the file", Long.toUnsignedString(n) + " at byte " + start + ", with " + left() + " bytes left");
        return n;
    }

    /// An unsigned 64-bit number that is neither a count nor a size in this part of the file.
    long u64(String what) {
        return bytes.get(LONG, take(8, what));
    }

    String string(String what) {
        long start = at;
        long length = count(1, "the length of " + what);
        byte[] text = bytes.asSlice(take(length, what), length).toArray(ValueLayout.JAVA_BYTE);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
        } catch (CharacterCodingException e) {
            throw bad(what + " is not UTF-8", "at byte " + start);
        }
    }

    /// Steps over `n` bytes and gives where they began.
    long take(long n, String what) {
        if (n < 0 || n > left()) throw bad("the file ends inside " + what, "at byte " + at + " of " + bytes.byteSize());
        long start = at;
        at += n;
        return start;
    }

    TunebookException bad(String wrong, String given) {
        return TunebookException.of("Gguf.open", wrong, file + ": " + given, "the file is damaged or truncated: download or write it again");
    }
}
