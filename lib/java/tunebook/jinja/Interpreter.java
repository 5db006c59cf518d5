package tunebook.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Runs a template's statements once. Nothing a template does reaches beyond the text it renders.
final class Interpreter {
    private static final int DEEPEST = 200;
    private static final int LONGEST = 1 << 26;

    /// How a body ended.
    private enum Flow { ON, BREAK, CONTINUE }

    private int depth;

    /// The text of `body` in a scope of its own.
    String text(List<Node> body, Scope around) {
        if (++depth > DEEPEST) throw JinjaFailure.of("macros and blocks nested deeper than " + DEEPEST);
        var out = new StringBuilder();
        run(body, around.inner(), out);
        depth--;
        return out.toString();
    }

    private Flow run(List<Node> body, Scope scope, StringBuilder out) {
        for (Node node : body) {
            Flow flow = run(node, scope, out);
            if (flow != Flow.ON) return flow;
        }
        return Flow.ON;
    }

    private Flow run(Node node, Scope scope, StringBuilder out) {
        try {
            return switch (node) {
                case Node.Text t -> print(t.text(), out);
                case Node.Output o -> print(Values.text(value(o.value(), scope)), out);
                case Node.If n -> run(chosen(n, scope), scope, out);
                case Node.For f -> loop(f, scope, out);
                case Node.Set s -> assign(s.target(), value(s.value(), scope), scope);
                case Node.SetBlock s -> assign(s.target(), filtered(s.filters(), text(s.body(), scope), scope), scope);
                case Node.Macro m -> define(m.signature(), m.body(), scope);
                case Node.CallBlock c -> print(Values.text(call(c, scope)), out);
                case Node.FilterBlock f -> print(Values.text(filtered(f.filters(), text(f.body(), scope), scope)), out);
                case Node.With w -> with(w, scope, out);
                case Node.Break b -> Flow.BREAK;
                case Node.Continue c -> Flow.CONTINUE;
            };
        } catch (JinjaFailure e) {
            throw e.in(line(node));
        }
    }

    private static int line(Node node) {
        return switch (node) {
            case Node.Text t -> 0;
            case Node.Output n -> n.line();
            case Node.If n -> n.line();
            case Node.For n -> n.line();
            case Node.Set n -> n.line();
            case Node.SetBlock n -> n.line();
            case Node.Macro n -> n.line();
            case Node.CallBlock n -> n.line();
            case Node.FilterBlock n -> n.line();
            case Node.With n -> n.line();
            case Node.Break n -> n.line();
            case Node.Continue n -> n.line();
        };
    }

    private static Flow print(String text, StringBuilder out) {
        if ((long) out.length() + text.length() > LONGEST) throw JinjaFailure.of("the text is longer than " + LONGEST + " characters");
        out.append(text);
        return Flow.ON;
    }

    private List<Node> chosen(Node.If n, Scope scope) {
        for (int i = 0; i < n.tests().size(); i++) if (Values.truth(value(n.tests().get(i), scope))) return n.bodies().get(i);
        return n.otherwise();
    }

    private Flow loop(Node.For f, Scope scope, StringBuilder out) {
        List<Object> items = Values.items(value(f.over(), scope));
        if (f.test().isPresent()) items = items.stream().filter(item -> passes(f, item, scope)).toList();
        if (items.isEmpty()) return run(f.otherwise(), scope.inner(), out);
        var loop = new Loop(items);
        for (int i = 0; i < items.size(); i++) {
            loop.at(i);
            Scope inside = scope.inner();
            inside.set("loop", loop);
            assign(f.target(), items.get(i), inside);
            if (run(f.body(), inside, out) == Flow.BREAK) break;
        }
        return Flow.ON;
    }

    private boolean passes(Node.For f, Object item, Scope scope) {
        Scope inside = scope.inner();
        assign(f.target(), item, inside);
        return Values.truth(value(f.test().orElseThrow(), inside));
    }

    private Flow assign(Node.Target target, Object value, Scope scope) {
        switch (target) {
            case Node.Target.Variable v -> scope.set(v.name(), value);
            case Node.Target.Member m -> {
                if (!(scope.get(m.namespace()) instanceof Namespace n)) throw JinjaFailure.of(m.namespace() + " is no namespace: only a namespace's members can be set");
                n.members().put(m.name(), value);
            }
            case Node.Target.Several s -> {
                List<Object> items = Values.items(value);
                if (items.size() != s.targets().size()) throw JinjaFailure.of(items.size() + " values for " + s.targets().size() + " names");
                for (int i = 0; i < items.size(); i++) assign(s.targets().get(i), items.get(i), scope);
            }
        }
        return Flow.ON;
    }

    private Flow define(Node.Signature signature, List<Node> body, Scope scope) {
        scope.set(signature.name(), new Macro(signature, body, scope, this));
        return Flow.ON;
    }

    private Object call(Node.CallBlock c, Scope scope) {
        Given given = given(c.call().arguments(), scope);
        Map<String, Object> named = new LinkedHashMap<>(given.named());
        named.put("caller", new Macro(c.caller(), c.body(), scope, this));
        return callable(value(c.call().function(), scope)).call(given.positional(), named);
    }

    private Object filtered(List<Expr.Filter> filters, Object input, Scope scope) {
        Object value = input;
        for (Expr.Filter f : filters) value = Filters.apply(f.name(), value, given(f.arguments(), scope));
        return value;
    }

    private Flow with(Node.With w, Scope scope, StringBuilder out) {
        Scope inside = scope.inner();
        w.values().forEach((name, expression) -> inside.set(name, value(expression, scope)));
        return run(w.body(), inside, out);
    }

    Object value(Expr e, Scope scope) {
        return switch (e) {
            case Expr.Const c -> c.value();
            case Expr.Name n -> scope.get(n.name());
            case Expr.TupleOf t -> new Tuple(values(t.items(), scope));
            case Expr.ListOf l -> values(l.items(), scope);
            case Expr.DictOf d -> dict(d, scope);
            case Expr.Attribute a -> Access.attribute(value(a.of(), scope), a.name());
            case Expr.Item i -> Access.item(value(i.of(), scope), value(i.key(), scope));
            case Expr.Slice s -> Access.slice(value(s.of(), scope), whole(s.from(), scope), whole(s.to(), scope), whole(s.step(), scope));
            case Expr.Call c -> {
                Given given = given(c.arguments(), scope);
                yield callable(value(c.function(), scope)).call(given.positional(), given.named());
            }
            case Expr.Filter f -> Filters.apply(f.name(), value(f.input(), scope), given(f.arguments(), scope));
            case Expr.Test t -> Tests.holds(t.name(), value(t.input(), scope), given(t.arguments(), scope));
            case Expr.Unary u -> Operators.unary(u.operator(), value(u.of(), scope));
            case Expr.Binary b -> binary(b, scope);
            case Expr.Compare c -> compare(c, scope);
            case Expr.Condition c -> Values.truth(value(c.test(), scope)) ? value(c.yes(), scope)
                : c.no().map(no -> value(no, scope)).orElseGet(() -> new Undefined("the conditional has no else"));
        };
    }

    private Object binary(Expr.Binary b, Scope scope) {
        Object left = value(b.left(), scope);
        return switch (b.operator()) {
            case "and" -> Values.truth(left) ? value(b.right(), scope) : left;
            case "or" -> Values.truth(left) ? left : value(b.right(), scope);
            default -> Operators.binary(b.operator(), left, value(b.right(), scope));
        };
    }

    private Boolean compare(Expr.Compare c, Scope scope) {
        Object left = value(c.first(), scope);
        for (int i = 0; i < c.operators().size(); i++) {
            Object right = value(c.rest().get(i), scope);
            if (!Operators.compare(c.operators().get(i), left, right)) return false;
            left = right;
        }
        return true;
    }

    private List<Object> values(List<Expr> expressions, Scope scope) {
        return expressions.stream().map(e -> value(e, scope)).toList();
    }

    private Map<Object, Object> dict(Expr.DictOf d, Scope scope) {
        var map = new LinkedHashMap<Object, Object>();
        for (int i = 0; i < d.keys().size(); i++) map.put(value(d.keys().get(i), scope), value(d.values().get(i), scope));
        return map;
    }

    private Optional<Long> whole(Optional<Expr> e, Scope scope) {
        return e.map(x -> value(x, scope)).filter(v -> v != None.NONE).map(Values::whole);
    }

    private Given given(Expr.Arguments a, Scope scope) {
        if (a == Expr.Arguments.NONE) return Given.NOTHING;
        Map<String, Object> named = new LinkedHashMap<>();
        a.named().forEach((name, e) -> named.put(name, value(e, scope)));
        return new Given(values(a.positional(), scope), named);
    }

    private static Callable callable(Object value) {
        if (value instanceof Undefined u) throw u.failure();
        if (value instanceof Callable c) return c;
        throw JinjaFailure.of(Values.type(value) + " cannot be called");
    }
}
