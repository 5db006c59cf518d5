package tunebook.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dflib.jjava.jupyter.messages.request.HistoryRequest;

/// The cells that this kernel has run, for front ends that ask (a console's arrow keys).
final class CellHistory {
    private static final int SESSION = 1;

    private record Entry(int number, String code, String output) {
        List<Object> json(boolean withOutput) {
            return List.of(SESSION, number, withOutput ? List.of(code, output) : code);
        }
    }

    private final List<Entry> entries = new ArrayList<>();

    synchronized void add(String code, String output) {
        entries.add(new Entry(entries.size() + 1, code, output));
    }

    /// The reply to a request, as the protocol has it.
    synchronized Map<String, Object> reply(HistoryRequest request) {
        Stream<Entry> found = switch (request) {
            case HistoryRequest.Tail tail -> last(entries, tail.getMaxReturnLength());
            case HistoryRequest.Range range -> entries.stream()
                .filter(e -> range.getSessionIndex() == SESSION || range.getSessionIndex() == 0)
                .filter(e -> e.number >= range.getStart() && e.number < range.getStop());
            case HistoryRequest.Search search -> search(search);
            default -> Stream.empty();
        };
        return Map.of("status", "ok", "history", found.map(e -> e.json(request.includeOutput())).toList());
    }

    private Stream<Entry> search(HistoryRequest.Search search) {
        Pattern glob = Pattern.compile("\\Q" + search.getPattern().replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q") + "\\E", Pattern.DOTALL);
        List<Entry> found = new ArrayList<>(entries.stream().filter(e -> glob.matcher(e.code).matches()).toList());
        if (search.filterUnique()) found.removeIf(e -> found.stream().anyMatch(f -> f.number > e.number && f.code.equals(e.code)));
        return search.getMaxReturnLength() > 0 ? last(found, search.getMaxReturnLength()) : found.stream();
    }

    private static Stream<Entry> last(List<Entry> entries, int count) {
        return entries.stream().skip(Math.max(0, entries.size() - count));
    }
}
