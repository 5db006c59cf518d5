package tunebook.notebook;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.dflib.jjava.kernel.JavaKernel;
import tunebook.io.Build;
import tunebook.tensor.TunebookException;

/// The first cell of every notebook, which Python understands as well as this kernel. Under Python it installs what the notebook needs and says what to click
/// (`kernel/tunebook_kernel/first_cell.py`); in Java its two magics have nothing left to do.
final class FirstCell {
    private static final String RESOURCE = "/tunebook/first-cell.txt";

    private FirstCell() {}

    /// Its code, without a line break at the end.
    static String source() {
        try (InputStream in = FirstCell.class.getResourceAsStream(RESOURCE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new IllegalStateException(e); // it is in our own jar
        }
    }

    /// `%pip`: installing this project is done already.
    static Void pip(JavaKernel kernel, List<String> arguments) {
        if (!arguments.contains("tunebook")) throw python("pip", arguments);
        return null;
    }

    /// `%run`: of Python's modules the one that prepares a notebook is known, and it has been run.
    static Void run(JavaKernel kernel, List<String> arguments) {
        if (!arguments.contains("tunebook_kernel.first_cell")) throw python("run", arguments);
        System.out.println("This notebook runs in Java " + Runtime.version().feature() + " with Tunebook " + Build.version() + ": there is nothing to install.");
        return null;
    }

    private static TunebookException python(String magic, List<String> arguments) {
        return TunebookException.of("%" + magic, "this is the Java kernel, which runs no Python", String.join(" ", arguments),
            "add Java libraries with %maven GROUP:ARTIFACT:VERSION, or choose a Python kernel");
    }
}
