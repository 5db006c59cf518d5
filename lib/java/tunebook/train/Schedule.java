package tunebook.train;

/// How the learning rate goes after the warm-up.
public enum Schedule {
    CONSTANT, LINEAR, COSINE;

    /// The share of the peak rate when `done` (0 to 1) of the steps after the warm-up have ended.
    double share(double done) {
        return switch (this) {
            case CONSTANT -> 1;
            case LINEAR -> 1 - done;
            case COSINE -> (1 + Math.cos(Math.PI * done)) / 2;
        };
    }
}
