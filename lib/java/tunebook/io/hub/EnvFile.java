package tunebook.io.hub;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tunebook.io.TextFiles;

/// A `.env` file: `NAME=value` lines, with or without `export`, quotes and `# comments`. Nothing in it is executed or expanded.
final class EnvFile {
    private static final Pattern LINE = Pattern.compile("\\s*(?:export\\s+)?([A-Za-z_][A-Za-z0-9_]*)\\s*=\\s*(.*?)\\s*");
    private static final Pattern QUOTED = Pattern.compile("(['\"])(.*?)\\1\\s*(?:#.*)?");

    private EnvFile() {}

    /// The `.env` of `folder`; in a checkout, of the next folder above that has one, up to the root (where `.git` is).
    static Optional<Path> near(Path folder) {
        Path start = folder.toAbsolutePath();
        Path root = start;
        while (root != null && !Files.exists(root.resolve(".git"))) root = root.getParent();
        Path last = root == null ? start : root;
        for (Path at = start; at != null && at.startsWith(last); at = at.getParent())
            if (Files.isRegularFile(at.resolve(".env"))) return Optional.of(at.resolve(".env"));
        return Optional.empty();
    }

    static Map<String, String> read(Path file) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String line : TextFiles.lines(file)) {
            Matcher m = LINE.matcher(line);
            if (m.matches()) values.put(m.group(1), value(m.group(2)));
        }
        return values;
    }

    private static String value(String text) {
        Matcher quoted = QUOTED.matcher(text);
        return quoted.matches() ? quoted.group(2) : text.replaceFirst("(^|\\s+)#.*", "");
    }
}
