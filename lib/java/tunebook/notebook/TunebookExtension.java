package tunebook.notebook;

import org.dflib.jjava.jupyter.Extension;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import tunebook.io.hub.Hub;

/// What a cell finds without asking: imports, and displays for the library's values.
public final class TunebookExtension implements Extension {
    @Override
    public void install(BaseKernel kernel) {
        Displays.register(kernel.getRenderer());
        Hub.show(DownloadBar::live);
        Hub.ask(question -> TunebookKernel.current().map(k -> k.askUnseen(question)).orElse(""));
        kernel.evalBuilder(DefaultImports.source()).eval();
    }
}
