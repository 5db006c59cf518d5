package tunebook.eval;

/// How many rows of how many.
public record Share(int matched, int rows) {
    /// 0 to 100; 0 if there are no rows.
    public double percent() {
        return rows == 0 ? 0 : 100.0 * matched / rows;
    }

    @Override
    public String toString() {
        return matched + " of " + rows + " (" + Decimal.of(percent(), 1) + " %)";
    }
}
