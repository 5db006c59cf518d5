package tunebook.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tunebook.tensor.TunebookException;

/// Reads text files that must be UTF-8, and says what a file is when it is not.
///
/// Nothing is replaced or guessed into the text: a wrong byte is an error that names the file, the byte's offset and
/// line, the encoding it looks like and the command that converts it. A UTF-8 byte order mark at the start is dropped.
public final class TextFiles {
    private static final String READ = "TextFiles.read";
    private static final int MAX_BYTES = Integer.MAX_VALUE - 64;

    private TextFiles() {}

    /// The whole text of `file`.
    public static String read(Path file) {
        byte[] bytes = bytes(file);
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf('\ufffd') >= 0) refuseOtherEncodings(file, bytes); // what stands for a wrong byte may stand there itself
        if (text.indexOf(0) >= 0) throw notUtf8(file, bytes, firstZero(bytes));
        return text.startsWith("\ufeff") ? text.substring(1) : text;
    }

    private static void refuseOtherEncodings(Path file, byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer some = CharBuffer.allocate(1 << 12);
        CoderResult result = CoderResult.OVERFLOW;
        while (result.isOverflow()) result = decoder.decode(in, some.clear(), true);
        if (result.isError()) throw notUtf8(file, bytes, in.position());
    }

    /// The lines of `file` without their ends (`\n` or `\r\n`); no empty line after the last end.
    public static List<String> lines(Path file) {
        return read(file).lines().toList();
    }

    private static byte[] bytes(Path file) {
        if (!Files.exists(file)) throw TunebookException.of(READ, "no such file", file.toAbsolutePath().toString(), "check the path");
        if (Files.isDirectory(file)) throw TunebookException.of(READ, "a folder, not a file", file.toAbsolutePath().toString(), "name a file inside it");
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES)
                throw TunebookException.of(READ, "the file is too large to be read whole", file.toAbsolutePath() + ", " + size + " bytes", "split it into files under 2 GB");
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw TunebookException.because(e, READ, "could not read the file", file.toAbsolutePath() + " (" + e + ")", "check that you may read it");
        }
    }

    private static int firstZero(byte[] bytes) {
        int i = 0;
        while (bytes[i] != 0) i++;
        return i;
    }

    private static TunebookException notUtf8(Path file, byte[] bytes, int offset) {
        int line = 1;
        for (int i = 0; i < offset; i++) if (bytes[i] == '\n') line++;
        Guess guess = Guess.of(bytes);
        return TunebookException.of(READ, "the file is not UTF-8 text",
            "%s, byte 0x%02X at offset %d (line %d); %s".formatted(file, bytes[offset], offset, line, guess.words), guess.remedy(file));
    }

    /// What a file that is not UTF-8 looks like.
    private enum Guess {
        GZIP("it looks like a gzip file", ""), ZIP("it looks like a zip file (or xlsx, docx)", ""),
        UTF16LE("it looks like UTF-16, little-endian", "UTF-16LE"), UTF16BE("it looks like UTF-16, big-endian", "UTF-16BE"),
        EUC_KR("it looks like EUC-KR (Korean, code page 949)", "CP949"), UNKNOWN("its encoding is not known, windows-1252 perhaps", "WINDOWS-1252");

        private final String words;
        private final String iconv;

        Guess(String words, String iconv) {
            this.words = words;
            this.iconv = iconv;
        }

        static Guess of(byte[] bytes) {
            if (starts(bytes, 0x1f, 0x8b)) return GZIP;
            if (starts(bytes, 'P', 'K', 3, 4)) return ZIP;
            if (starts(bytes, 0xff, 0xfe)) return UTF16LE;
            if (starts(bytes, 0xfe, 0xff)) return UTF16BE;
            int even = 0, odd = 0;
            for (int i = 0; i < Math.min(bytes.length, 4096); i++)
                if (bytes[i] == 0) { if (i % 2 == 0) even++; else odd++; }
            if (even + odd > 0) return even > odd ? UTF16BE : UTF16LE;
            return isKorean(bytes) ? EUC_KR : UNKNOWN;
        }

        private static boolean starts(byte[] bytes, int... magic) {
            if (bytes.length < magic.length) return false;
            for (int i = 0; i < magic.length; i++) if ((bytes[i] & 0xff) != magic[i]) return false;
            return true;
        }

        /// Whether the bytes are valid code page 949 and most of what is not ASCII is then Hangul.
        private static boolean isKorean(byte[] bytes) {
            if (!Charset.isSupported("x-windows-949")) return false;
            try {
                CharBuffer text = Charset.forName("x-windows-949").newDecoder().decode(ByteBuffer.wrap(bytes));
                long other = text.chars().filter(c -> c > 127).count();
                long hangul = text.chars().filter(c -> c >= 0xac00 && c <= 0xd7a3).count();
                return other > 0 && hangul * 2 > other;
            } catch (CharacterCodingException e) {
                return false;
            }
        }

        String remedy(Path file) {
            return switch (this) {
                case GZIP, ZIP -> "unpack it first";
                case UTF16LE, UTF16BE, EUC_KR, UNKNOWN -> "save it as UTF-8, or: iconv -f " + iconv + " -t UTF-8 " + file.getFileName() + " > new-" + file.getFileName();
            };
        }
    }
}
