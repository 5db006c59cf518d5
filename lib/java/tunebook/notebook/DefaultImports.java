package tunebook.notebook;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The imports that every cell has.
final class DefaultImports {
    private static final List<String> JAVA = List.of("java.nio.file.*", "java.util.function.*", "java.util.stream.*");
    private static final List<String> TUNEBOOK = List.of("tensor", "graph", "engine", "io", "io.hub", "tokenizer", "data", "nn", "model",
        "lora", "gemma", "generate", "train", "eval", "notebook");

    private DefaultImports() {}

    /// Import declarations as source, of the packages that the class path has.
    static String source() {
        Stream<String> ours = TUNEBOOK.stream().filter(DefaultImports::isThere).map(p -> "tunebook." + p + ".*");
        return Stream.concat(JAVA.stream(), ours).map(name -> "import " + name + ";").collect(Collectors.joining("\n"));
    }

    private static boolean isThere(String name) {
        return DefaultImports.class.getClassLoader().getResource("tunebook/" + name.replace('.', '/') + "/") != null;
    }
}
