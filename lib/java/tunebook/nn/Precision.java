package tunebook.nn;

/// How exactly to compute.
public enum Precision {
    /// Frozen weights and product operands BF16, everything else F32; F32 products where the device has no BF16 units.
    MIXED,
    /// F32 throughout: for parity checks.
    F32
}
