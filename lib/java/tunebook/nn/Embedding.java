package tunebook.nn;

import tunebook.graph.Tensor;

/// Rows of a table.
public final class Embedding {
    private Embedding() {}

    /// Rows `ids` [n] I32 of `table` [V, D] → [n, D] in the table's element type.
    ///
    /// No gradient flows into a BF16 table.
    public static Tensor rows(Tensor table, Tensor ids) {
        return Moved.of(table, t -> t.takeRows(ids));
    }
}
