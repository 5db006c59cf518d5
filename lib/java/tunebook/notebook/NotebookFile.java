package tunebook.notebook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tunebook.tensor.Sha256;
import tunebook.tensor.TunebookException;

/// A notebook on disk: its cells in order and what its metadata says of the run that its outputs come from.
///
/// @param file     where it is
/// @param kernel   name of the kernel it asks for; empty where it asks for none
/// @param cells    in order
/// @param recorded SHA-256 of the code that its stored outputs come from, as `./tunebook notebook record` writes it
record NotebookFile(Path file, String kernel, List<Cell> cells, Optional<String> recorded) {
    private static final ObjectMapper JSON = new ObjectMapper();
    /// Between two cells' sources where they are hashed; `kernel/checkout/notebooks.py` has it too.
    private static final String BETWEEN = "\n%%\n";

    NotebookFile {
        cells = List.copyOf(cells);
    }

    /// One cell.
    ///
    /// @param number  counted from 1, as `./tunebook run` prints it
    /// @param code    whether it is code; Markdown otherwise
    /// @param raises  part of the message that it must end in; empty where it must not fail
    /// @param shorter what its source is shortened by in a short run: each key is replaced by its value
    /// @param outputs whether outputs are stored with it
    record Cell(int number, boolean code, String source, Optional<String> raises, Map<String, String> shorter, boolean outputs) {}

    static NotebookFile read(Path file) {
        try {
            JsonNode root = JSON.readTree(Files.readString(file));
            List<Cell> cells = new ArrayList<>();
            for (JsonNode cell : root.path("cells")) cells.add(cell(cells.size() + 1, cell));
            if (cells.isEmpty()) throw bad(file, "it has no cells", null);
            JsonNode metadata = root.path("metadata");
            return new NotebookFile(file, metadata.at("/kernelspec/name").asText(""), cells, Optional.ofNullable(metadata.at("/tunebook/code").textValue()));
        } catch (IOException e) {
            throw bad(file, String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
        }
    }

    private static TunebookException bad(Path file, String given, Throwable cause) {
        return TunebookException.because(cause, "NotebookFile.read", "not a notebook that can be read", file + ": " + given, "give an .ipynb file of nbformat 4");
    }

    private static Cell cell(int number, JsonNode cell) {
        JsonNode metadata = cell.path("metadata");
        boolean raises = metadata.path("tags").valueStream().anyMatch(t -> t.asText().equals("raises-exception"));
        Map<String, String> shorter = new LinkedHashMap<>();
        metadata.path("short").properties().forEach(e -> shorter.put(e.getKey(), e.getValue().asText()));
        return new Cell(number, cell.path("cell_type").asText().equals("code"), text(cell.path("source")),
            raises ? Optional.of(metadata.path("raises").asText("")) : Optional.empty(), shorter, !cell.path("outputs").isEmpty());
    }

    private static String text(JsonNode source) {
        return source.isTextual() ? source.asText() : source.valueStream().map(JsonNode::asText).collect(Collectors.joining());
    }

    List<Cell> codeCells() {
        return cells.stream().filter(Cell::code).toList();
    }

    /// SHA-256 of its code.
    String codeHash() {
        String all = codeCells().stream().map(Cell::source).collect(Collectors.joining(BETWEEN));
        MessageDigest digest = Sha256.digest();
        digest.update(all.getBytes(StandardCharsets.UTF_8));
        return Sha256.hex(digest);
    }
}
