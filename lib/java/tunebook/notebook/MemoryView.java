package tunebook.notebook;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import tunebook.engine.Session;

/// A device and what lives on it, by owner.
///
/// @param device one line on the device
/// @param owners bytes of the open buffers of each owner, most first
public record MemoryView(String device, List<Map.Entry<String, Long>> owners) implements Display {
    /// What lives on the session's device now.
    public static MemoryView of(Session session) {
        List<Map.Entry<String, Long>> owners = new ArrayList<>(session.liveBytesByOwner().entrySet());
        owners.sort(Map.Entry.comparingByValue(Comparator.reverseOrder()));
        String device = session.describe().replaceAll("(?<=\\s)/\\S*/", ""); // a notebook need not tell where its machine keeps things
        return new MemoryView(device, owners.stream().map(e -> Map.entry(e.getKey(), e.getValue())).toList());
    }

    private long total() {
        return owners.stream().mapToLong(Map.Entry::getValue).sum();
    }

    @Override
    public String text() {
        var text = new StringBuilder(device).append("\n").append(Figures.bytes(total())).append(" in open buffers");
        owners.forEach(o -> text.append("\n  ").append(o.getKey()).append("  ").append(Figures.bytes(o.getValue())));
        return text.toString();
    }

    @Override
    public String html() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("owner", "memory", ""));
        for (Map.Entry<String, Long> owner : owners)
            rows.add(List.of(Html.escape(owner.getKey()), Figures.bytes(owner.getValue()), ScoreView.bar(100.0 * owner.getValue() / Math.max(1, total()))));
        String table = owners.isEmpty() ? "" : Html.table(rows, List.of(false, true, false));
        return Html.div(Html.FONT + "color:inherit", Html.escape(device) + table + Html.div(Html.FAINT, Figures.bytes(total()) + " in open buffers"));
    }
}
