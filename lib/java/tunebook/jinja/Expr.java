package tunebook.jinja;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An expression of a template.
sealed interface Expr {
    record Const(Object value) implements Expr {}

    record Name(String name) implements Expr {}

    record TupleOf(List<Expr> items) implements Expr {}

    record ListOf(List<Expr> items) implements Expr {}

    record DictOf(List<Expr> keys, List<Expr> values) implements Expr {}

    record Attribute(Expr of, String name) implements Expr {}

    record Item(Expr of, Expr key) implements Expr {}

    record Slice(Expr of, Optional<Expr> from, Optional<Expr> to, Optional<Expr> step) implements Expr {}

    record Call(Expr function, Arguments arguments) implements Expr {}

    record Filter(Expr input, String name, Arguments arguments) implements Expr {}

    record Test(Expr input, String name, Arguments arguments) implements Expr {}

    /// `-`, `+` or `not`.
    record Unary(String operator, Expr of) implements Expr {}

    /// Arithmetic, `~`, `and`, `or`.
    record Binary(String operator, Expr left, Expr right) implements Expr {}

    /// `first op1 rest1 op2 rest2 …`, all of which must hold.
    record Compare(Expr first, List<String> operators, List<Expr> rest) implements Expr {}

    record Condition(Expr test, Expr yes, Optional<Expr> no) implements Expr {}

    /// What a function, filter, test or macro is given.
    record Arguments(List<Expr> positional, Map<String, Expr> named) {
        static final Arguments NONE = new Arguments(List.of(), Map.of());
    }
}
