package tunebook.eval;

import java.util.List;

/// The release of sacrebleu whose scores ours equal, and its signature lines.
final class SacreBleu {
    /// Ends every signature; it says that Tunebook computed the score.
    static final String VERSION = "2.6.0-tunebook";

    private SacreBleu() {}

    static String signature(List<Segment> segments, boolean lowercase, String... parts) {
        var counts = segments.stream().map(s -> s.references().size()).distinct().toList();
        return "nrefs:" + (counts.size() == 1 ? counts.getFirst() : "var") + "|case:" + (lowercase ? "lc" : "mixed")
            + "|" + String.join("|", parts) + "|version:" + VERSION;
    }
}
