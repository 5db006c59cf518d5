package tunebook.tensor;

/// The one error of the library: what was being done, what is wrong, what was given and what to do about it.
///
/// It is unchecked, so that notebook cells and lambdas stay short. The message is one line of the shape
/// `operation: what is wrong — what was given — what to do`.
public final class TunebookException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private TunebookException(String message, Throwable cause) {
        super(message, cause);
    }

    /// An error of `operation` (say `SafeTensors.open`), with what is `wrong`, what was `given` and the `remedy`.
    public static TunebookException of(String operation, String wrong, String given, String remedy) {
        return because(null, operation, wrong, given, remedy);
    }

    /// The same, keeping the `cause` (a failed read, an interrupted wait).
    public static TunebookException because(Throwable cause, String operation, String wrong, String given, String remedy) {
        return new TunebookException(operation + ": " + wrong + " — " + given + " — " + remedy, cause);
    }
}
