package tunebook.engine;

import static org.junit.jupiter.api.Assertions.*;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.graph.Program;

class ProgramCacheTest {
    @TempDir
    Path temp;

    private Path only() throws IOException {
        try (Stream<Path> list = Files.list(temp.resolve("cache"))) {
            List<Path> all = list.toList();
            assertEquals(1, all.size(), all.toString());
            return all.getFirst();
        }
    }

    @Test
    void anotherProcessTakesTheProgramFromDisk() throws Exception {
        Path cache = temp.resolve("cache");
        assertEquals("PROBE compilations=1 hits=0 notes=0 last=8.0", CacheProbe.run(cache));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(cache)));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(only())));
        assertEquals("PROBE compilations=0 hits=1 notes=0 last=8.0", CacheProbe.run(cache));
    }

    @Test
    void aDamagedFileIsCompiledAgainAndReplaced() throws Exception {
        Path cache = temp.resolve("cache");
        CacheProbe.run(cache);
        byte[] bytes = Files.readAllBytes(only());
        bytes[bytes.length / 2] ^= 1;
        Files.write(only(), bytes);
        assertEquals("PROBE compilations=1 hits=0 notes=1 last=8.0", CacheProbe.run(cache));
        assertEquals("PROBE compilations=0 hits=1 notes=0 last=8.0", CacheProbe.run(cache));
    }

    @Test
    void bytesThatThePluginRefusesAreCompiledAgain() throws Exception {
        CacheProbe.run(temp.resolve("cache"));
        String name = only().getFileName().toString();
        String key = name.substring(0, name.indexOf('.'));
        new ProgramCache(temp.resolve("cache"), n -> fail(n)).write(key, "no executable".getBytes());
        assertEquals("PROBE compilations=1 hits=0 notes=1 last=8.0", CacheProbe.run(temp.resolve("cache")));
    }

    @Test
    void aFolderThatCannotBeWrittenIsANoteAndNoFailure() throws Exception {
        Path file = Files.writeString(temp.resolve("file"), "not a folder");
        var notes = new ArrayList<String>();
        var cache = new ProgramCache(file.resolve("programs"), notes::add);
        cache.write("0".repeat(64), new byte[10]);
        assertTrue(cache.read("0".repeat(64)).isEmpty());
        assertEquals(1, notes.size());
        assertTrue(notes.getFirst().contains("cannot be written"), notes.toString());
    }

    @Test
    void aTruncatedFileIsANote() throws Exception {
        var notes = new ArrayList<String>();
        var cache = new ProgramCache(temp.resolve("cache"), notes::add);
        cache.write("a".repeat(64), new byte[1000]);
        assertEquals(1000, cache.read("a".repeat(64)).orElseThrow().length);
        Files.write(only(), new byte[20]);
        assertTrue(cache.read("a".repeat(64)).isEmpty());
        assertTrue(notes.getFirst().matches("compile cache: .* is damaged .*; the program is compiled again"), notes.toString());
        assertTrue(Files.list(temp.resolve("cache")).findAny().isEmpty());
    }

    @Test
    void whatWasNotReadForLongestGoesFirst() throws Exception {
        var cache = new ProgramCache(temp.resolve("cache"), 3000, n -> fail(n));
        for (String key : List.of("a", "b")) {
            cache.write(key.repeat(64), new byte[1000]);
            Files.setLastModifiedTime(temp.resolve("cache/" + key.repeat(64) + ".program"), java.nio.file.attribute.FileTime.fromMillis(key.charAt(0)));
        }
        cache.read("a".repeat(64)).orElseThrow();
        cache.write("c".repeat(64), new byte[1000]);
        assertTrue(cache.read("b".repeat(64)).isEmpty(), "the least recently read");
        assertTrue(cache.read("a".repeat(64)).isPresent());
        assertTrue(cache.read("c".repeat(64)).isPresent());
    }

    @Test
    void theKeyTellsItsPartsApart() {
        assertNotEquals(ProgramCache.key("ab", "c"), ProgramCache.key("a", "bc"));
        assertEquals(ProgramCache.key("ab", "c"), ProgramCache.key("ab", "c"));
    }

    @Test
    void theSameTextIsLoadedOnceInAProcess() {
        Session session = Session.open("cpu");
        int programs = session.livePrograms();
        try (Compiled first = session.compile(fresh())) {
            int compilations = session.compilations();
            int hits = session.cacheHits();
            try (Compiled second = session.compile(fresh())) {
                assertEquals(compilations, session.compilations());
                assertEquals(hits + 1, session.cacheHits());
                assertEquals(programs + 1, session.livePrograms());
            }
            assertEquals(programs + 1, session.livePrograms(), "the first still uses it");
        }
        assertEquals(programs, session.livePrograms());
    }

    @Test
    void otherFlagsAreAnotherProgram() {
        Session session = Session.open("cpu");
        int programs = session.livePrograms();
        try (Compiled plain = session.compile(Programs.add()); Compiled fast = session.compile(Programs.add(), Map.of("xla_cpu_enable_fast_math", true))) {
            assertEquals(programs + 2, session.livePrograms());
        }
    }

    private static Program fresh() {
        Program add = Programs.add();
        return new Program("fresh", add.text().replace("@add", "@fresh"), add.inputs(), add.outputs());
    }
}
