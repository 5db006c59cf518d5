package tunebook.notebook;

import java.util.Map;

/// Something that a cell shows: HTML for a notebook, text for everything else, and what `./tunebook run` reads.
///
/// A display holds text and numbers only, never a model or a device buffer, since notebooks keep what they show. Its HTML needs
/// no script and no network, takes its colours from the page (`currentColor`) and adds half-transparent ones, so that it reads
/// in light and dark themes.
public interface Display {
    String html();

    String text();

    /// More forms by MIME type; JSON as maps and lists.
    default Map<String, Object> data() {
        return Map.of();
    }
}
