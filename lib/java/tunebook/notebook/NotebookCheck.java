package tunebook.notebook;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Holds notebooks against the current library and the rules of the course, without running them: every cell compiles, and so does the Java code in
/// the text (`java` blocks: solutions, cells to change); cells are short, show something and hold no plumbing; stored outputs belong to the stored code.
public final class NotebookCheck {
    private static final Path COURSE = Path.of("notebooks");
    private static final int MOST_LINES = 12;
    private static final Pattern TITLE = Pattern.compile("# \\d\\d · .+");
    private static final Pattern BLOCK = Pattern.compile("(?m)^( *)```java\\n(.*?)^ *```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:\\s]+)\\)");
    private static final Pattern SHOWS = Pattern.compile("System\\.out\\b|LossCurve\\.live\\(\\)|Progress\\.of\\(");
    private static final Pattern PLUMBING = Pattern.compile("(?m)^\\s*(?:import\\s|%\\w)|\\.of\\(\"(?:/|~|[A-Za-z]:)|\\b\\d+\\.\\d+\\.\\d+\\b");

    private NotebookCheck() {}

    /// One thing that is wrong, and where.
    ///
    /// @param cell counted from 1; 0 for the notebook as a whole
    public record Fault(Path file, int cell, String words) {
        @Override
        public String toString() {
            return file + (cell > 0 ? ", cell " + cell : "") + ": " + words;
        }
    }

    /// `./tunebook notebook check`: the notebooks named, or all of the course and, for their outputs, the recorded runs. The exit status is 1 if anything is wrong.
    public static void main(String[] files) throws IOException {
        long start = System.nanoTime();
        List<Path> course = files.length > 0 ? Stream.of(files).map(Path::of).toList() : notebooks(COURSE);
        List<Path> recorded = files.length > 0 ? List.of() : notebooks(COURSE.resolve("recorded"));
        List<Fault> faults = Stream.concat(course.parallelStream().flatMap(f -> of(f).stream()), recorded.stream().flatMap(f -> outputs(f).stream())).toList();
        faults.forEach(System.out::println);
        System.out.printf("%d notebooks and %d recorded runs, %d faults (%.0f s)%n", course.size(), recorded.size(), faults.size(), (System.nanoTime() - start) / 1e9);
        System.exit(faults.isEmpty() ? 0 : 1);
    }

    private static List<Path> notebooks(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".ipynb")).sorted().toList();
        }
    }

    /// Everything that is wrong with a notebook of the course; empty where all is well.
    ///
    /// @throws tunebook.tensor.TunebookException if it cannot be read
    public static List<Fault> of(Path file) {
        NotebookFile notebook = NotebookFile.read(file);
        List<Fault> faults = new ArrayList<>();
        frame(notebook).forEach(words -> faults.add(new Fault(file, 0, words)));
        outputs(notebook).ifPresent(faults::add);
        for (NotebookFile.Cell cell : notebook.cells())
            (first(cell) ? List.<String>of() : cell.code() ? rules(cell) : links(file, cell)).forEach(words -> faults.add(new Fault(file, cell.number(), words)));
        faults.addAll(compile(notebook));
        return faults;
    }

    /// Whether the stored outputs of any notebook, a recorded one say, are those of the stored code; the fault where they are not.
    public static Optional<Fault> outputs(Path file) {
        return outputs(NotebookFile.read(file));
    }

    private static Optional<Fault> outputs(NotebookFile notebook) {
        if (notebook.cells().stream().noneMatch(NotebookFile.Cell::outputs) || notebook.recorded().equals(Optional.of(notebook.codeHash()))) return Optional.empty();
        String words = notebook.recorded().isEmpty() ? "nothing says which code its outputs come from" : "its outputs come from other code than the cells hold";
        return Optional.of(new Fault(notebook.file(), 0, words + ": record it again (./tunebook notebook record) or clear its outputs"));
    }

    private static List<String> frame(NotebookFile notebook) {
        List<String> faults = new ArrayList<>();
        if (!notebook.kernel().equals("tunebook")) faults.add("it asks for kernel \"" + notebook.kernel() + "\", not tunebook");
        if (notebook.codeCells().stream().findFirst().filter(NotebookCheck::first).isEmpty()) faults.add("its first code cell is not the one that installs: run ./tunebook notebook first-cell");
        List<String> texts = notebook.cells().stream().filter(c -> !c.code()).map(NotebookFile.Cell::source).toList();
        String first = texts.isEmpty() ? "" : texts.getFirst();
        if (first.lines().findFirst().filter(l -> TITLE.matcher(l).matches()).isEmpty()) faults.add("its first text does not begin with a title \"# 01 · …\"");
        for (String part : List.of("**Goal:**", "**Time:**", "**Needed:**")) if (!first.contains(part)) faults.add("its first text has no " + part);
        String last = texts.isEmpty() ? "" : texts.getLast();
        if (!last.contains("## Try it yourself") || !last.contains("<details>")) faults.add("its last text has no exercises (## Try it yourself) with hidden solutions (<details>)");
        return faults;
    }

    private static boolean first(NotebookFile.Cell cell) {
        return cell.source().equals(FirstCell.source());
    }

    private static List<String> rules(NotebookFile.Cell cell) {
        List<String> faults = new ArrayList<>();
        long lines = cell.source().lines().count();
        if (lines > MOST_LINES) faults.add("has " + lines + " lines, more than " + MOST_LINES + ": split it, or move what it does into the library");
        PLUMBING.matcher(cell.source()).results().findFirst().ifPresent(m -> faults.add("holds an import, a magic, an absolute path or a version: " + m.group().strip()));
        if (cell.raises().equals(Optional.of(""))) faults.add("is tagged raises-exception and does not say what: set its metadata \"raises\" to a part of the message");
        cell.shorter().keySet().stream().filter(text -> !cell.source().contains(text)).forEach(text -> faults.add("its short form replaces what it does not hold: " + text));
        return faults;
    }

    private static List<String> links(Path file, NotebookFile.Cell cell) {
        Path folder = Optional.ofNullable(file.getParent()).orElse(Path.of(""));
        return LINK.matcher(cell.source()).results().map(m -> m.group(1)).filter(to -> !Files.exists(folder.resolve(to))).map(to -> "links to " + to + ", which is not there").toList();
    }

    /// First the cells as they stand, then the blocks in the text, which may name anything that a cell declares.
    private static List<Fault> compile(NotebookFile notebook) {
        List<Fault> faults = new ArrayList<>();
        try (CellCompiler compiler = new CellCompiler()) {
            for (NotebookFile.Cell cell : notebook.codeCells()) {
                if (first(cell)) continue; // magics alone
                CellCompiler.Outcome outcome = compiler.compile(cell.source());
                outcome.errors().stream().filter(e -> cell.raises().filter(r -> !r.isEmpty() && e.contains(r)).isEmpty())
                    .forEach(e -> faults.add(new Fault(notebook.file(), cell.number(), e)));
                if (outcome.errors().isEmpty() && cell.raises().isEmpty() && !outcome.showing() && !SHOWS.matcher(cell.source()).find())
                    faults.add(new Fault(notebook.file(), cell.number(), "shows nothing: end it in an expression worth seeing"));
            }
            compiler.unresolved().forEach(words -> faults.add(new Fault(notebook.file(), 0, words)));
            for (NotebookFile.Cell cell : notebook.cells())
                if (!cell.code()) blocks(cell.source()).forEach(block -> compiler.compile(block).errors()
                    .forEach(e -> faults.add(new Fault(notebook.file(), cell.number(), "java block, " + e))));
        }
        return faults;
    }

    private static Stream<String> blocks(String markdown) {
        Matcher blocks = BLOCK.matcher(markdown);
        return blocks.results().map(m -> m.group(2).lines().map(l -> l.startsWith(m.group(1)) ? l.substring(m.group(1).length()) : l).toList())
            .map(lines -> String.join("\n", lines));
    }
}
