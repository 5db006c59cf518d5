package tunebook.io;

import java.util.List;
import java.util.Optional;
import tunebook.tensor.DType;

/// The format's names of element types, in the order in which the Python library ranks them when it lays out a file.
final class SafeTensorsDTypes {
    private static final List<DType> RANKED = List.of(DType.BOOL, DType.U8, DType.I8, DType.I16, DType.U16, DType.F16, DType.BF16,
        DType.I32, DType.U32, DType.F32, DType.F64, DType.I64, DType.U64);

    private SafeTensorsDTypes() {}

    static Optional<DType> parse(String name) {
        return RANKED.stream().filter(d -> d.name().equals(name)).findFirst();
    }

    static List<String> names() {
        return RANKED.stream().map(DType::name).toList();
    }

    static int rank(DType type) {
        return RANKED.indexOf(type);
    }
}
