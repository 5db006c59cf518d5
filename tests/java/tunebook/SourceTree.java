package tunebook;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// The Java sources under a folder, by their path in it, and their code without comments and literals.
record SourceTree(Map<String, String> files) {
    // A text block, a string, a character, a block comment, a line comment: whichever begins first. Runs of plain letters
    // are taken possessively, or a long text block would exhaust the matcher's stack.
    private static final Pattern NOT_CODE = Pattern.compile(
        "\"\"\"[^\"\\\\]*+(?:(?:\\\\.|\"(?!\"\"))[^\"\\\\]*+)*+\"\"\"" + "|\"[^\"\\\\\n]*+(?:\\\\.[^\"\\\\\n]*+)*+\""
            + "|'(?:\\\\u+[0-9a-fA-F]{4}|\\\\[0-7]{1,3}|\\\\.|[^'\\\\\n])'" + "|/\\*.*?\\*/|//[^\n]*+", Pattern.DOTALL);

    /// The project's library; tests run in the project's folder.
    static SourceTree library() {
        return under(Path.of("lib/java"));
    }

    static SourceTree under(Path root) {
        var files = new TreeMap<String, String>();
        try (var paths = Files.walk(root)) {
            for (Path path : paths.filter(p -> p.toString().endsWith(".java")).toList())
                files.put(root.relativize(path).toString().replace('\\', '/'), Files.readString(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new SourceTree(files);
    }

    /// The code of each file that is not a package's page.
    Map<String, String> code() {
        var code = new LinkedHashMap<String, String>();
        files.forEach((path, text) -> {
            if (!path.endsWith("package-info.java")) code.put(path, withoutCommentsAndLiterals(text));
        });
        return code;
    }

    /// The package of a file as the map writes it: `engine.pjrt` for `tunebook/engine/pjrt/Client.java`.
    static String packageOf(String path) {
        String folder = path.substring(0, Math.max(path.lastIndexOf('/'), 0));
        return folder.replace('/', '.').replaceFirst("^tunebook\\.?", "");
    }

    static String withoutCommentsAndLiterals(String text) {
        return NOT_CODE.matcher(text).replaceAll(found -> found.group().startsWith("/") ? " " : "\"\"");
    }
}
