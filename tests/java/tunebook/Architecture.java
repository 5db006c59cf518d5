package tunebook;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Which package may import which, as the table in `package-info.java` says, and what breaks it.
///
/// @param allowed for each package of the table, the packages it may import; `*` is every package that not itself has `*`
record Architecture(Map<String, Set<String>> allowed) {
    private static final Pattern LINE = Pattern.compile("(?m)^/// \\| ([a-z][a-z.]*) \\|[^|\n]*\\| ([^|\n]*) \\|$");
    private static final Pattern USE = Pattern.compile("\\btunebook((?:\\.[a-z][a-z0-9]*)+)(?:\\.[A-Z*]|;)");

    /// Reads the lines of the table, the one with the headings left out.
    static Architecture read(String map) {
        var allowed = new LinkedHashMap<String, Set<String>>();
        LINE.matcher(map).results().filter(line -> !line.group(1).equals("package"))
            .forEach(line -> allowed.put(line.group(1), words(line.group(2))));
        return new Architecture(allowed);
    }

    /// Wrong arrows of the code, packages that the table lacks, lines for packages that do not exist and arrows to such.
    /// `awaited` packages may be missing from the code.
    List<String> violations(SourceTree tree, Set<String> awaited) {
        var found = new ArrayList<String>();
        var packages = new TreeSet<String>();
        tree.code().forEach((path, code) -> {
            String from = SourceTree.packageOf(path);
            packages.add(from);
            for (String to : uses(code))
                if (!to.equals(from) && allowed.containsKey(from) && !mayImport(from, to))
                    found.add(path + ": " + from + " may not import " + to);
        });
        packages.stream().filter(p -> !allowed.containsKey(p)).forEach(p -> found.add("package " + p + " is not in the table"));
        allowed.keySet().stream().filter(p -> !packages.contains(p) && !awaited.contains(p))
            .forEach(p -> found.add("the table's line " + p + " is stale: there is no such package"));
        allowed.forEach((from, targets) -> targets.stream().filter(to -> !to.equals("*") && !allowed.containsKey(to))
            .forEach(to -> found.add("the table lets " + from + " import " + to + ", which has no line")));
        return found;
    }

    /// A package that the table lets import itself through others, or nothing.
    List<String> circles() {
        return allowed.keySet().stream().filter(p -> reaches(p, p, new HashSet<>())).map(p -> "the table lets " + p + " import itself").toList();
    }

    private boolean mayImport(String from, String to) {
        if (allowed.get(from).contains("*")) return allowed.containsKey(to) && !allowed.get(to).contains("*");
        return allowed.get(from).contains(to);
    }

    private boolean reaches(String from, String goal, Set<String> seen) {
        return allowed.getOrDefault(from, Set.of()).stream()
            .anyMatch(next -> next.equals(goal) || seen.add(next) && reaches(next, goal, seen));
    }

    /// Packages of ours named in code, in imports or in full.
    private static Set<String> uses(String code) {
        return USE.matcher(code).results().map(use -> use.group(1).substring(1)).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> words(String cell) {
        return cell.equals("-") ? Set.of() : Set.of(cell.split(" "));
    }
}
