package tunebook.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import tunebook.tensor.TunebookException;

/// A file mapped read-only into memory. The mapping ends when its arena closes.
record MappedFile(Path path, MemorySegment bytes) {
    /// Maps `path`; `operation` is what the error says was being done.
    static MappedFile map(String operation, Path path, Arena arena) {
        if (!Files.exists(path))
            throw TunebookException.of(operation, "no such file", path.toAbsolutePath().toString(), "check the path");
        if (!Files.isRegularFile(path))
            throw TunebookException.of(operation, "not a file", path.toAbsolutePath().toString(), "name a file");
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return new MappedFile(path, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
        } catch (IOException e) {
            throw TunebookException.because(e, operation, "could not read the file", path.toAbsolutePath() + " (" + e + ")",
                "check that you may read it and that it is not being written");
        }
    }
}
