package tunebook.nn;

import tunebook.graph.Tensor;
import tunebook.tensor.DType;

/// Rows of a table.
public final class Embedding {
    private Embedding() {}

    /// Rows `ids` [n] I32 of `table` [V, D] → [n, D] in the table's element type.
    ///
    /// BF16 rows are read as 16-bit integers: XLA's CPU compiler would make an F32 copy of the table first. No gradient flows into a BF16 table.
    public static Tensor rows(Tensor table, Tensor ids) {
        return table.dtype() == DType.BF16 ? table.bitcast(DType.U16).takeRows(ids).bitcast(DType.BF16) : table.takeRows(ids);
    }
}
