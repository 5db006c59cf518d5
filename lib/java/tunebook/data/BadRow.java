package tunebook.data;

/// Why a line is not a row; [ChatData] collects them.
final class BadRow extends Exception {
    private static final long serialVersionUID = 1;

    BadRow(String reason) {
        super(reason);
    }
}
