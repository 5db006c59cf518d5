package tunebook.jinja;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A statement of a template. `line` is where it begins.
sealed interface Node {
    record Text(String text) implements Node {}

    record Output(Expr value, int line) implements Node {}

    record If(List<Expr> tests, List<List<Node>> bodies, List<Node> otherwise, int line) implements Node {}

    record For(Target target, Expr over, Optional<Expr> test, List<Node> body, List<Node> otherwise, int line) implements Node {}

    record Set(Target target, Expr value, int line) implements Node {}

    /// What `body` renders, through `filters`, is the target's value.
    record SetBlock(Target target, List<Expr.Filter> filters, List<Node> body, int line) implements Node {}

    record Macro(Signature signature, List<Node> body, int line) implements Node {}

    /// A call of a macro, which can render `body` as `caller(…)`.
    record CallBlock(Expr.Call call, Signature caller, List<Node> body, int line) implements Node {}

    /// `body` through `filters`.
    record FilterBlock(List<Expr.Filter> filters, List<Node> body, int line) implements Node {}

    record With(Map<String, Expr> values, List<Node> body, int line) implements Node {}

    record Break(int line) implements Node {}

    record Continue(int line) implements Node {}

    /// A macro's name and parameters; the last ones have defaults.
    record Signature(String name, List<String> parameters, List<Expr> defaults) {}

    /// What a loop or an assignment gives a value to.
    sealed interface Target {
        record Variable(String name) implements Target {}

        /// `namespace.name`
        record Member(String namespace, String name) implements Target {}

        record Several(List<Target> targets) implements Target {}
    }
}
