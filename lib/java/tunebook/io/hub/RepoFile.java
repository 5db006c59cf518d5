package tunebook.io.hub;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tunebook.tensor.TunebookException;

/// A file of a repository at one commit, as the hub lists it.
///
/// @param path    below the repository's root, with `/`; never absolute and never leaving the folder
/// @param size    bytes of the content
/// @param gitHash git's hash of the blob; for a large file (LFS) that of its pointer, and not of its content
/// @param sha256  of the content, for a large file
/// @param xetHash under which the hub's newer storage knows the content; not used here, but Python asks for it
public record RepoFile(String path, long size, String gitHash, Optional<String> sha256, Optional<String> xetHash) {
    private static final Pattern SHA1 = Pattern.compile("[0-9a-f]{40}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*");

    /// @throws TunebookException if the path could lead out of the folder, or a hash is none: both become names of files here
    public RepoFile {
        if (!staysInside(path))
            throw TunebookException.of("Hub.fetch", "the listing names a file outside of the repository's folder; nothing was written", "\"" + printable(path) + "\"",
                "do not use this repository; tell its owner or the hub");
        if (size < 0 || !SHA1.matcher(gitHash).matches() || !sha256.map(h -> SHA256.matcher(h).matches()).orElse(true))
            throw TunebookException.of("Hub.fetch", "the listing is not a hub's: a file without a proper size and checksum", printable(path) + ", " + size + " bytes",
                "check HF_ENDPOINT and your proxy settings");
    }

    /// The name of the content in the cache, which is also its checksum: SHA-256 where the hub has it, else git's.
    String blob() {
        return sha256.orElse(gitHash);
    }

    /// By the rules of Linux and of Windows, since a cache may be carried from one to the other.
    static boolean staysInside(String path) {
        return path.indexOf('\\') < 0 && path.chars().noneMatch(c -> c < 32 || c == 127)
            && List.of(path.split("/", -1)).stream().noneMatch(s -> s.isEmpty() || s.equals(".") || s.equals("..") || DRIVE.matcher(s).matches());
    }

    static boolean isCommit(String text) {
        return SHA1.matcher(text).matches();
    }

    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
