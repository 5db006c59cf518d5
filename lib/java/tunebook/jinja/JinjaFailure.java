package tunebook.jinja;

/// What is wrong in a template or with its values, on the way to the one place that makes an error of it.
final class JinjaFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// Whether the template itself raised it.
    private final boolean raised;
    private int line;

    private JinjaFailure(String message, boolean raised, int line) {
        super(message, null, false, false);
        this.raised = raised;
        this.line = line;
    }

    static JinjaFailure of(String message) {
        return new JinjaFailure(message, false, 0);
    }

    static JinjaFailure at(int line, String message) {
        return new JinjaFailure(message, false, line);
    }

    static JinjaFailure raised(String message) {
        return new JinjaFailure(message, true, 0);
    }

    /// The same with a line, where it has none yet: the innermost statement's.
    JinjaFailure in(int statement) {
        if (line == 0) line = statement;
        return this;
    }

    boolean isRaised() {
        return raised;
    }

    int line() {
        return line;
    }
}
