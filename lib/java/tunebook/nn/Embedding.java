package tunebook.nn;

import tunebook.graph.Tensor;

/// Rows of a table.
public final class Embedding {
    private Embedding() {}

    /// Rows `ids` [n] I32 of `table` [V, D] → [n, D] in the table's element type.
    ///
    /// Not by way of 16-bit integers as [Moved] goes: a TPU's compiler would copy the whole table, and the CPU's makes no F32 copy of it here.
    public static Tensor rows(Tensor table, Tensor ids) {
        return table.takeRows(ids);
    }
}
