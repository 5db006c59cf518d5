package tunebook.data.synthetic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.stream.Stream;
import tunebook.io.AtomicFiles;

/// Files of one JSON object a line, UTF-8, `\n` after each.
final class JsonLines {
    private JsonLines() {}

    /// Writes `rows` to `out` as they come, one in memory at a time.
    static void write(Path out, Stream<ObjectNode> rows) {
        AtomicFiles.write(out, stream -> {
            var lines = new BufferedOutputStream(stream, 1 << 16);
            for (Iterator<ObjectNode> i = rows.iterator(); i.hasNext(); )
                lines.write((i.next() + "\n").getBytes(StandardCharsets.UTF_8));
            lines.flush();
        });
    }
}
