package tunebook.notebook;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The imports that every cell has.
final class DefaultImports {
    private static final List<String> JAVA = List.of("java.net.http.*", "java.nio.file.*", "java.util.function.*", "java.util.stream.*");
    private static final List<String> TUNEBOOK = List.of("tensor", "graph", "engine", "io", "io.hub", "tokenizer", "data", "nn", "model",
        "quant", "lora", "gemma", "export", "generate", "serve", "train", "eval", "check", "notebook");

    /// Those of JJava, which its kernel makes before ours.
    private static final List<String> JJAVA = List.of("java.util.*", "java.io.*", "java.math.*", "java.net.*", "java.time.*", "java.util.concurrent.*", "java.util.prefs.*",
        "java.util.regex.*", "static org.dflib.jjava.kernel.JavaNotebookStatics.*", "static org.dflib.jjava.jupyter.kernel.BaseNotebookStatics.*");

    private DefaultImports() {}

    /// Import declarations as source, of what a cell has from JJava.
    static String ofKernel() {
        return declarations(JJAVA.stream());
    }

    /// Import declarations as source, of the packages that the class path has.
    static String source() {
        Stream<String> ours = TUNEBOOK.stream().filter(DefaultImports::isThere).map(p -> "tunebook." + p + ".*");
        return declarations(Stream.concat(JAVA.stream(), ours));
    }

    private static String declarations(Stream<String> names) {
        return names.map(name -> "import " + name + ";").collect(Collectors.joining("\n"));
    }

    private static boolean isThere(String name) {
        return DefaultImports.class.getClassLoader().getResource("tunebook/" + name.replace('.', '/') + "/") != null;
    }
}
