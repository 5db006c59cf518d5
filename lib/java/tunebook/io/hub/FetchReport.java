package tunebook.io.hub;

/// How far the download of a repository's missing files is.
///
/// @param repo       the repository's name
/// @param bytes      that are here, of `totalBytes`; with those that an earlier try had left
/// @param files      that are whole, of `totalFiles`
/// @param seconds    since the download began
/// @param received   bytes that came over the network since then
public record FetchReport(String repo, long bytes, long totalBytes, int files, int totalFiles, double seconds, long received) {
    public boolean isWhole() {
        return files == totalFiles;
    }

    /// Bytes of a second, from the start; 0 at the start.
    public double speed() {
        return seconds > 0 ? received / seconds : 0;
    }
}
