package tunebook.io.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import tunebook.tensor.TunebookException;

/// The files of a repository at one commit, in the two forms that they are written in: the API's pages, and `trees/COMMIT.json` of the cache (format 1).
final class Listing {
    static final JsonMapper MAPPER = new JsonMapper();
    private static final int FORMAT = 1;

    private Listing() {}

    /// The files of one page of `/api/models/NAME/tree/COMMIT?recursive=true`; folders are left out.
    static List<RepoFile> ofPage(JsonNode page) {
        List<RepoFile> files = new ArrayList<>();
        for (JsonNode entry : page)
            if (entry.path("type").asText().equals("file"))
                files.add(new RepoFile(entry.path("path").asText(), entry.path("size").asLong(-1), entry.path("oid").asText(), text(entry.path("lfs").path("oid")),
                    text(entry.path("xetHash"))));
        return files;
    }

    /// Empty where the text is damaged or of another format: then it is fetched again.
    static Optional<List<RepoFile>> ofTree(String json) {
        try {
            JsonNode tree = MAPPER.readTree(json);
            if (tree.path("format_version").asInt() != FORMAT) return Optional.empty();
            List<RepoFile> files = new ArrayList<>();
            for (var entry : tree.path("files").properties()) {
                JsonNode file = entry.getValue();
                files.add(new RepoFile(entry.getKey(), file.path("size").asLong(-1), file.path("blob_id").asText(), text(file.path("lfs_sha256")), text(file.path("xet_hash"))));
            }
            return Optional.of(files);
        } catch (JsonProcessingException | TunebookException e) {
            return Optional.empty();
        }
    }

    static String toTree(List<RepoFile> files) {
        ObjectNode tree = MAPPER.createObjectNode().put("format_version", FORMAT);
        ObjectNode entries = tree.putObject("files");
        files.stream().sorted(Comparator.comparing(RepoFile::path)).forEach(file -> {
            ObjectNode entry = entries.putObject(file.path()).put("size", file.size()).put("blob_id", file.gitHash());
            file.sha256().ifPresent(hash -> entry.put("lfs_sha256", hash).put("lfs_size", file.size()));
            file.xetHash().ifPresent(hash -> entry.put("xet_hash", hash));
        });
        return tree.toPrettyString();
    }

    private static Optional<String> text(JsonNode node) {
        return node.isTextual() ? Optional.of(node.textValue()) : Optional.empty();
    }
}
