package tunebook.io.hub;

/// Is told how a fetch goes, always on the thread that asked for it. Nothing is told where nothing has to be downloaded.
public interface FetchListener {
    /// A few times a second while files come.
    void onProgress(FetchReport report);

    /// Something that one should know: the hub cannot be reached and the cache is used, a server asks to wait.
    default void onNote(String note) {
        System.err.println(note);
    }

    /// The last word of a download, with how far it came; also of one that fails.
    default void onEnd(FetchReport report) {}

    /// Tells of notes only.
    FetchListener NOTES = report -> {};
}
