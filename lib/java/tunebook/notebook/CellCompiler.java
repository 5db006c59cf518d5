package tunebook.notebook;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.Diag;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;

/// Compiles a notebook's cells as the kernel would, statement by statement and one after another, and runs none of them.
final class CellCompiler implements AutoCloseable {
    private static final Set<Snippet.Kind> DECLARING = EnumSet.of(Snippet.Kind.METHOD, Snippet.Kind.TYPE_DECL, Snippet.Kind.IMPORT);

    private final JShell shell = JShell.builder().executionEngine(new NothingRuns(), Map.of()).build();
    /// Declarations that name something not yet declared, with their place.
    private final Map<DeclarationSnippet, String> waiting = new LinkedHashMap<>();

    /// @param errors  the compiler's messages, each with its line in the source; empty where all is well
    /// @param showing whether it ends in an expression, whose value the kernel shows, or only declares methods and types
    record Outcome(List<String> errors, boolean showing) {}

    CellCompiler() {
        String imports = DefaultImports.ofKernel() + "\n" + DefaultImports.source();
        Outcome ready = compile(imports);
        if (!ready.errors.isEmpty()) throw new IllegalStateException("the default imports do not compile: " + ready.errors);
    }

    /// Compiles `source` after all that came before it.
    Outcome compile(String source) {
        SourceCodeAnalysis analysis = shell.sourceCodeAnalysis();
        List<String> errors = new ArrayList<>();
        boolean expression = false;
        boolean onlyDeclares = true;
        String left = source;
        CompletionInfo info = analysis.analyzeCompletion(left);
        while (info.completeness().isComplete()) {
            int at = source.length() - left.length();
            for (SnippetEvent event : shell.eval(info.source())) {
                if (event.causeSnippet() != null) continue;
                expression = isExpression(event);
                onlyDeclares &= DECLARING.contains(event.snippet().kind());
                errors.addAll(errors(event, source, at));
            }
            left = info.remaining();
            info = analysis.analyzeCompletion(left);
        }
        if (info.completeness() != SourceCodeAnalysis.Completeness.EMPTY) errors.add("line " + line(source, source.length() - left.length()) + ": ends within a statement");
        return new Outcome(errors, expression || onlyDeclares);
    }

    /// Whether it is an expression, whose value the kernel shows where a cell ends in it.
    static boolean isExpression(SnippetEvent event) {
        return event.causeSnippet() == null && event.snippet().kind() == Snippet.Kind.EXPRESSION
            || event.snippet().subKind() == Snippet.SubKind.TEMP_VAR_EXPRESSION_SUBKIND;
    }

    private List<String> errors(SnippetEvent event, String source, int at) {
        Snippet snippet = event.snippet();
        if (event.status().isDefined() || event.status() == Snippet.Status.RECOVERABLE_NOT_DEFINED) {
            if (event.status() != Snippet.Status.VALID && snippet instanceof DeclarationSnippet d) waiting.put(d, "line " + line(source, at));
            return List.of();
        }
        return shell.diagnostics(snippet).filter(Diag::isError).map(d -> "line " + line(source, at + (int) d.getStartPosition()) + ": " + message(d)).toList();
    }

    /// What declarations up to now name and nothing declares.
    List<String> unresolved() {
        List<String> out = new ArrayList<>();
        waiting.forEach((snippet, place) -> {
            String missing = shell.unresolvedDependencies(snippet).collect(Collectors.joining(", "));
            boolean still = switch (shell.status(snippet)) {
                case RECOVERABLE_DEFINED, RECOVERABLE_NOT_DEFINED -> true;
                default -> false;
            };
            if (still) out.add(place + " of its cell: " + snippet.name() + " names " + missing + ", which nothing declares");
        });
        return out;
    }

    private static String message(Diag diag) {
        return diag.getMessage(Locale.ENGLISH).lines().map(String::strip).collect(Collectors.joining("; "));
    }

    private static long line(String source, int at) {
        int end = Math.clamp(at, 0, source.length());
        while (end < source.length() && Character.isWhitespace(source.charAt(end))) end++; // a statement begins with the blanks before it
        return 1 + source.substring(0, end).chars().filter(c -> c == '\n').count();
    }

    @Override
    public void close() {
        shell.close();
    }

    /// Takes what JShell has compiled and runs nothing.
    private static final class NothingRuns implements ExecutionControlProvider, ExecutionControl {
        @Override
        public String name() {
            return "nothing runs";
        }

        @Override
        public ExecutionControl generate(ExecutionEnv environment, Map<String, String> parameters) {
            return this;
        }

        @Override
        public void load(ClassBytecodes[] classes) {}

        @Override
        public void redefine(ClassBytecodes[] classes) {}

        @Override
        public String invoke(String className, String methodName) {
            return "";
        }

        @Override
        public String varValue(String className, String variable) {
            return "";
        }

        @Override
        public void addToClasspath(String path) {}

        @Override
        public void stop() {}

        @Override
        public Object extensionCommand(String command, Object argument) throws NotImplementedException {
            throw new NotImplementedException(command);
        }

        @Override
        public void close() {}
    }
}
