package tunebook.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static tunebook.io.SafeTensorsTest.assertMessage;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFilesTest {
    @TempDir
    Path folder;

    @Test
    void readsUtf8AndDropsAByteOrderMark() throws IOException {
        assertEquals("가 😀\u2028x", TextFiles.read(file("가 😀\u2028x".getBytes(StandardCharsets.UTF_8))));
        assertEquals("{}", TextFiles.read(file("\ufeff{}".getBytes(StandardCharsets.UTF_8))));
        assertEquals("", TextFiles.read(file(new byte[0])));
    }

    @Test
    void linesEndWithNewlinesAlone() throws IOException {
        assertEquals(List.of("a", "", "b\u2028c\u0085"), TextFiles.lines(file("a\r\n\nb\u2028c\u0085\n".getBytes(StandardCharsets.UTF_8))));
        assertEquals(List.of(), TextFiles.lines(file(new byte[0])));
    }

    @Test
    void aWrongByteIsNamedByOffsetAndLine() throws IOException {
        assertMessage(() -> TextFiles.read(file(new byte[] {'a', '\n', 'b', (byte) 0xff, 'c'})),
            "TextFiles.read: the file is not UTF-8 text", "data.jsonl, byte 0xFF at offset 3 (line 2)", "encoding is not known");
        assertMessage(() -> TextFiles.read(file(new byte[] {'a', (byte) 0xe4})), "byte 0xE4 at offset 1 (line 1)");
    }

    @Test
    void theEncodingIsGuessedAndTheRemedyNamesIt() throws IOException {
        String text = "{\"prompt\": \"안녕하세요, 오늘 날씨 알려 줘\"}\n";
        assertMessage(() -> TextFiles.read(file(text.getBytes(Charset.forName("EUC-KR")))), "offset 12 (line 1)", "EUC-KR (Korean, code page 949)", "iconv -f CP949 -t UTF-8 data.jsonl");
        assertMessage(() -> TextFiles.read(file(("\ufeff" + text).getBytes(StandardCharsets.UTF_16LE))), "byte 0xFF at offset 0", "UTF-16, little-endian", "iconv -f UTF-16LE");
        assertMessage(() -> TextFiles.read(file(("\ufeff" + text).getBytes(StandardCharsets.UTF_16BE))), "UTF-16, big-endian");
        assertMessage(() -> TextFiles.read(file("plain".getBytes(StandardCharsets.UTF_16LE))), "byte 0x00 at offset 1", "UTF-16, little-endian");
        assertMessage(() -> TextFiles.read(file(new byte[] {0x1f, (byte) 0x8b, 8, 0})), "it looks like a gzip file", "unpack it first");
        assertMessage(() -> TextFiles.read(file("caf\u00e9 ol\u00e9".getBytes(StandardCharsets.ISO_8859_1))), "windows-1252 perhaps");
    }

    @Test
    void missingFilesAndFoldersAreErrors() {
        assertMessage(() -> TextFiles.read(folder.resolve("nothing")), "no such file", "nothing", "check the path");
        assertMessage(() -> TextFiles.lines(folder), "a folder, not a file");
    }

    @Test
    void aFileBeyondTwoGigabytesIsAnErrorBeforeItIsRead() throws IOException {
        Path sparse = folder.resolve("large");
        try (RandomAccessFile file = new RandomAccessFile(sparse.toFile(), "rw")) {
            file.setLength(1L << 31);
        }
        assertMessage(() -> TextFiles.read(sparse), "the file is too large to be read whole", "2147483648 bytes", "split it");
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("data.jsonl"), bytes);
    }
}
