package tunebook.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import jdk.jshell.JShell;
import jdk.jshell.JShellException;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.UnresolvedReferenceException;
import jdk.jshell.VarSnippet;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.telemetry.TelemetryCollector;
import org.dflib.jjava.kernel.execution.CodeEvaluator;
import org.dflib.jjava.kernel.execution.CompilationException;
import org.dflib.jjava.kernel.execution.EvaluationInterruptedException;
import org.dflib.jjava.kernel.execution.IncompleteSourceException;

/// Evaluates cells: statement by statement, each compiled by JShell and run by [CellExecution].
///
/// The value of a cell's last expression lives in a variable `$n` until the next cell starts; a cell that names `$n`
/// keeps it once more.
final class CellEvaluator extends CodeEvaluator {
    /// What a magic without a value returns (JJava's convention).
    private static final String NO_VALUE = "\"__NO_MAGIC_RETURN\"";

    private final CellExecution execution = new CellExecution();
    private final List<VarSnippet> shownValues = new ArrayList<>();
    private boolean interrupted;
    private TelemetryCollector<?> telemetry = TelemetryCollector.DO_NOTHING;

    CellEvaluator(String name) {
        super(name, -1, TimeUnit.MILLISECONDS);
    }

    @Override
    public ExecutionControlProvider getExecControlProvider() {
        return new ExecutionControlProvider() {
            @Override
            public String name() {
                return "cells";
            }

            @Override
            public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
                return execution;
            }
        };
    }

    /// Runs a cell and returns the value of its last expression, or null where it ends in none.
    ///
    /// @throws CellFailure             if a statement threw; those after it do not run
    /// @throws CompilationException    if a statement does not compile; those before it have run
    /// @throws IncompleteSourceException if the cell ends within a statement
    /// @throws EvaluationInterruptedException if it was interrupted with statements left, or did not stop
    @Override
    public Object eval(JShell shell, String code) {
        boolean outermost = !isCellThread();
        if (outermost) {
            interrupted = false;
            execution.thread().takeInterrupted();
            forgetShownValues(shell, code);
        }
        SourceCodeAnalysis analysis = shell.sourceCodeAnalysis();
        Object last = null;
        CompletionInfo info = analysis.analyzeCompletion(code);
        while (info.completeness().isComplete()) {
            last = evalSingle(shell, info.source());
            info = analysis.analyzeCompletion(info.remaining());
            interrupted |= outermost && execution.thread().takeInterrupted();
            if (outermost && interrupted && info.completeness() != SourceCodeAnalysis.Completeness.EMPTY)
                throw new EvaluationInterruptedException(info.source().strip());
        }
        if (info.completeness() != SourceCodeAnalysis.Completeness.EMPTY)
            throw new IncompleteSourceException(info.remaining().strip());
        return last;
    }

    /// Whether the last cell was interrupted, also where it ended well.
    boolean wasInterrupted() {
        return interrupted;
    }

    /// Whether the caller is code of a cell.
    boolean isCellThread() {
        return execution.thread().isCurrent();
    }

    private void forgetShownValues(JShell shell, String code) {
        for (VarSnippet shown : List.copyOf(shownValues)) {
            if (code.contains(shown.name())) continue;
            shownValues.remove(shown);
            execution.forget(shown.name());
            shell.drop(shown);
        }
    }

    @Override
    protected Object evalSingle(JShell shell, String code) {
        List<SnippetEvent> events = measured(() -> shell.eval(code));
        Object value = execution.takeValue();
        for (SnippetEvent event : events) {
            if (event.status() == Snippet.Status.OVERWRITTEN) shell.drop(event.snippet());
            if (event.snippet() instanceof VarSnippet shown && shown.subKind() == Snippet.SubKind.TEMP_VAR_EXPRESSION_SUBKIND)
                shownValues.add(shown);
        }
        for (SnippetEvent event : events) throwFailure(event, code);
        boolean printed = value == System.out || value == System.err; // what printf returns
        return events.stream().anyMatch(CellCompiler::isExpression) && !NO_VALUE.equals(value) && !printed ? value : null;
    }

    private interface Evaluation {
        List<SnippetEvent> events();
    }

    private List<SnippetEvent> measured(Evaluation evaluation) {
        return measured(telemetry, evaluation);
    }

    private static <I> List<SnippetEvent> measured(TelemetryCollector<I> collector, Evaluation evaluation) {
        I start = collector.measurementStart();
        try {
            return evaluation.events();
        } finally {
            collector.measurementEnd(start);
        }
    }

    private void throwFailure(SnippetEvent event, String code) {
        if (event.causeSnippet() != null) return;
        JShellException thrown = event.exception();
        if (thrown instanceof UnresolvedReferenceException unresolved) throw new RuntimeException(unresolved);
        if (thrown != null) throw failure(code);
        // A declaration may name what a later cell defines; everything else must compile.
        if (event.status() != Snippet.Status.RECOVERABLE_NOT_DEFINED && !event.status().isDefined())
            throw new CompilationException(event);
    }

    private RuntimeException failure(String code) {
        Throwable thrown = execution.takeFailure();
        if (thrown == null || thrown instanceof InterruptedException) return new EvaluationInterruptedException(code.strip());
        return new CellFailure(thrown);
    }

    /// `complete`, `invalid`, or the indentation of the next line where the code is incomplete.
    @Override
    public String isComplete(SourceCodeAnalysis analysis, String code) {
        String said = super.isComplete(analysis, code);
        return said.equals(BaseKernel.IS_COMPLETE_YES) && hasErrors(analysis, code) ? BaseKernel.IS_COMPLETE_BAD : said;
    }

    /// JShell calls code complete that no reading of makes a statement.
    private static boolean hasErrors(SourceCodeAnalysis analysis, String code) {
        CompletionInfo info = analysis.analyzeCompletion(code);
        while (info.completeness().isComplete()) {
            if (analysis.sourceToSnippets(info.source()).stream().anyMatch(s -> s.kind() == Snippet.Kind.ERRONEOUS)) return true;
            info = analysis.analyzeCompletion(info.remaining());
        }
        return false;
    }

    @Override
    public void startThreadTelemetryCollection(TelemetryCollector<?> collector) {
        telemetry = collector;
    }

    @Override
    public void stopThreadTelemetryCollection() {
        TelemetryCollector<?> ending = telemetry;
        telemetry = TelemetryCollector.DO_NOTHING;
        ending.stop();
    }

    @Override
    public void interrupt() {
        execution.thread().interrupt();
    }

    @Override
    public ClassLoader getClassLoader() {
        return execution.classLoader();
    }
}
