package tunebook.notebook;

/// The output of the running cell.
public final class Output {
    private Output() {}

    /// Removes what the cell has shown so far. Nothing happens outside of a kernel.
    public static void clear() {
        TunebookKernel.current().ifPresent(kernel -> kernel.clearOutput(false));
    }

    /// Removes what the cell has shown so far as soon as it shows something new, without a flicker.
    public static void clearBeforeNext() {
        TunebookKernel.current().ifPresent(kernel -> kernel.clearOutput(true));
    }
}
