package tunebook.notebook;

import org.dflib.jjava.jupyter.Extension;
import org.dflib.jjava.jupyter.kernel.BaseKernel;

/// What a cell finds without asking: imports, and displays for the library's values.
public final class TunebookExtension implements Extension {
    @Override
    public void install(BaseKernel kernel) {
        Displays.register(kernel.getRenderer());
        kernel.evalBuilder(DefaultImports.source()).eval();
    }
}
