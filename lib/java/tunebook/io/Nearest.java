package tunebook.io;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/// The names most like one that was not found, for error messages.
public final class Nearest {
    private Nearest() {}

    /// At most `count` of `names`, the fewest edits from `wanted` first; equally near ones in alphabetical order.
    public static List<String> names(String wanted, Collection<String> names, int count) {
        record Scored(String name, int edits) {}
        return names.stream().map(n -> new Scored(n, edits(wanted, n)))
            .sorted(Comparator.comparingInt(Scored::edits).thenComparing(Scored::name))
            .limit(count).map(Scored::name).toList();
    }

    /// Levenshtein distance: insertions, deletions and replacements that turn `a` into `b`.
    public static int edits(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) row[j] = j;
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replace, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
