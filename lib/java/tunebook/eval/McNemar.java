package tunebook.eval;

/// McNemar's exact test: of the rows that two systems do not agree on, could each have fallen either way like a coin?
///
/// @param onlyBefore rows that only the first system has right
/// @param onlyAfter  rows that only the second has right
public record McNemar(int onlyBefore, int onlyAfter) {
    /// The two-sided p-value: twice the chance of the smaller count or less among fair coins, at most 1.
    public double pValue() {
        int coins = onlyBefore + onlyAfter;
        int fewer = Math.min(onlyBefore, onlyAfter);
        if (onlyBefore == onlyAfter) return 1;
        double logTerm = -coins * Math.log(2);  // of C(coins, 0) / 2^coins; in logarithms, for 2^coins overflows soon
        double chance = Math.exp(logTerm);
        for (int k = 1; k <= fewer; k++) {
            logTerm += Math.log((coins - k + 1.0) / k);
            chance += Math.exp(logTerm);
        }
        return Math.min(1, 2 * chance);
    }
}
