package tunebook.data.synthetic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.stream.Stream;

/// Files of one JSON object a line, UTF-8, `\n` after each.
final class JsonLines {
    private JsonLines() {}

    static void write(Path out, Stream<ObjectNode> rows) {
        try {
            Files.createDirectories(out.toAbsolutePath().getParent());
            try (var writer = Files.newBufferedWriter(out)) {
                for (Iterator<ObjectNode> i = rows.iterator(); i.hasNext(); ) writer.append(i.next().toString()).append('\n');
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
