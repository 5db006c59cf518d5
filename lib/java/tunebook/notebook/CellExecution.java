package tunebook.notebook;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.jshell.execution.DirectExecutionControl;

/// Runs the compiled snippets of cells inside this JVM, on one lasting thread, and frees what a re-run cell overwrites.
///
/// JShell keeps each variable in a static field of a class of its own, and never unloads that class: a redeclared
/// variable's old value would stay reachable for ever. Here the old field is set to null just before the snippet that
/// redeclares it runs; a snippet that does not compile never gets that far and leaves the old value alone.
///
/// One thread for all cells, so that what is bound to a thread (a confined arena, a thread local) outlives its cell.
final class CellExecution extends DirectExecutionControl {
    private final Map<String, Field> variables = new HashMap<>();
    private final List<Field> overwritten = new ArrayList<>();
    private final CellThread thread = new CellThread();
    private Object value;
    private Throwable failure;

    @Override
    public void load(ClassBytecodes[] classes) throws ClassInstallException, NotImplementedException, EngineTerminationException {
        super.load(classes);
        for (ClassBytecodes loaded : classes) remember(loaded.name());
    }

    private void remember(String className) throws ClassInstallException {
        try {
            for (Field field : findClass(className).getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) || field.getType().isPrimitive()) continue;
                Field before = variables.put(field.getName(), field);
                if (before != null) overwritten.add(before);
            }
        } catch (ClassNotFoundException e) {
            throw new ClassInstallException(className + " was loaded and is not there", new boolean[0]);
        }
    }

    /// Forgets the value of a variable, so that it can be collected. Nothing happens where there is no such variable.
    void forget(String variable) {
        Field field = variables.remove(variable);
        if (field != null) setNull(field);
    }

    private static void setNull(Field field) {
        try {
            field.setAccessible(true);
            field.set(null, null);
        } catch (IllegalAccessException e) {
            throw new AssertionError("jshell's variables are static fields of the unnamed module", e);
        }
    }

    /// Runs one snippet; its value waits for [#takeValue], since JShell itself would only carry its text.
    @Override
    protected String invoke(Method snippet) throws Exception {
        overwritten.forEach(CellExecution::setNull);
        overwritten.clear();
        value = null;
        failure = null;
        try {
            value = thread.call(() -> snippet.invoke(null));
            return "";
        } catch (InvocationTargetException e) {
            failure = e.getCause();
            throw e;
        } catch (CellThread.Abandoned e) {
            throw new UserException("abandoned", CellThread.Abandoned.class.getName(), e.getStackTrace());
        }
    }

    /// The value of the last snippet, once; null where it had none or nothing ran.
    Object takeValue() {
        Object last = value;
        value = null;
        return last;
    }

    /// What the last snippet threw, as it was thrown, and forgets it; null where it ended well.
    Throwable takeFailure() {
        Throwable thrown = failure;
        failure = null;
        return thrown;
    }

    /// Where the cells run.
    CellThread thread() {
        return thread;
    }

    /// The class loader that knows the classes of the cells and what was added to the class path.
    ClassLoader classLoader() {
        return thread.contextClassLoader();
    }

    @Override
    public void close() {
        thread.close();
        super.close();
    }
}
