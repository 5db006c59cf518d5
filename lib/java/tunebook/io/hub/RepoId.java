package tunebook.io.hub;

import java.util.regex.Pattern;
import tunebook.tensor.TunebookException;

/// A repository of the hub: its kind and its name, `owner/name` (or `name` alone, for the oldest ones).
public record RepoId(Kind kind, String name) {
    private static final String WORD = "[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?";
    private static final Pattern NAME = Pattern.compile(WORD + "(?:/" + WORD + ")?");
    private static final int LONGEST = 96;

    /// What a repository holds.
    public enum Kind {
        MODEL("models", ""), DATASET("datasets", "datasets/");

        /// As the API's addresses and the cache's folders have it.
        final String plural;
        /// What stands before the name in the address of a page or a file.
        final String prefix;

        Kind(String plural, String prefix) {
            this.plural = plural;
            this.prefix = prefix;
        }
    }

    /// @throws TunebookException if the hub could have no repository of this name; nothing that is not a plain name gets into a path or an address
    public RepoId {
        if (!NAME.matcher(name).matches() || name.length() > LONGEST || name.contains("--") || name.contains("..") || name.endsWith(".git"))
            throw TunebookException.of("Hub.repo", "not the name of a repository", "\"" + name + "\"",
                "write owner/name as the head of its page shows it, for instance google/gemma-3-270m-it");
    }

    /// The repository's folder in the cache: `models--google--gemma-3-270m-it`.
    String folder() {
        return kind.plural + "--" + name.replace("/", "--");
    }

    /// Its page, below the endpoint: `datasets/owner/name`.
    String page() {
        return kind.prefix + name;
    }

    @Override
    public String toString() {
        return kind == Kind.MODEL ? name : "data set " + name;
    }
}
