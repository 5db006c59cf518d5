package tunebook.notebook;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import jdk.jshell.JShell;
import jdk.jshell.SourceCodeAnalysis;

/// The library's own documentation on shift-tab: JShell reads it from sources and looks for those of the JDK alone.
final class ApiDocs {
    /// The launcher says with this property where the library's sources are: a folder or a jar.
    static final String SOURCES = "tunebook.sources";

    private ApiDocs() {}

    /// Lets `shell` find the sources named by [#SOURCES]. Without them it shows signatures alone.
    static void add(JShell shell) {
        String sources = System.getProperty(SOURCES, "");
        if (!sources.isEmpty() && Files.exists(Path.of(sources))) add(shell.sourceCodeAnalysis(), Path.of(sources));
    }

    // There is no public way in: the list that JShell makes of the JDK's source folders is asked for, and lengthened.
    @SuppressWarnings("unchecked")
    private static void add(SourceCodeAnalysis analysis, Path sources) {
        try {
            Method find = analysis.getClass().getDeclaredMethod("findSources");
            find.setAccessible(true);
            ((List<Path>) find.invoke(analysis)).add(sources);
        } catch (ReflectiveOperationException | RuntimeException e) {
            Logger.getLogger(ApiDocs.class.getName()).log(Level.WARNING, "no documentation on shift-tab in this Java", e);
        }
    }
}
