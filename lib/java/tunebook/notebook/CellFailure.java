package tunebook.notebook;

/// What a cell threw, as it was thrown.
final class CellFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    CellFailure(Throwable thrown) {
        super(thrown.getMessage(), thrown);
    }

    /// The exception's own name, as Jupyter shows it.
    String name() {
        return getCause().getClass().getSimpleName();
    }
}
