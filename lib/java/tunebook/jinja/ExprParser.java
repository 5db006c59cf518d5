package tunebook.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Expressions by recursive descent, in the order of precedence of `jinja2/parser.py` (3.1).
final class ExprParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    private final TokenStream in;

    ExprParser(TokenStream in) {
        this.in = in;
    }

    /// A single expression, or several with commas between them: a tuple.
    Expr tuple() {
        return tuple(true);
    }

    /// The same, in which `if` does not begin a conditional: what a loop goes over.
    Expr tupleWithoutCondition() {
        return tuple(false);
    }

    private Expr tuple(boolean conditions) {
        Expr first = conditions ? expression() : or();
        if (!in.isOperator(",")) return first;
        List<Expr> items = new ArrayList<>(List.of(first));
        while (in.takeOperator(",")) {
            if (endsTuple()) break;
            items.add(conditions ? expression() : or());
        }
        return new Expr.TupleOf(items);
    }

    private boolean endsTuple() {
        Token.Kind kind = in.peek().kind();
        return kind == Token.Kind.OUTPUT_END || kind == Token.Kind.BLOCK_END || in.isOperator(")") || in.isName("recursive");
    }

    Expr expression() {
        Expr value = or();
        while (in.takeName("if")) {
            Expr test = or();
            Optional<Expr> no = in.takeName("else") ? Optional.of(expression()) : Optional.empty();
            value = new Expr.Condition(test, value, no);
        }
        return value;
    }

    private Expr or() {
        Expr left = and();
        while (in.takeName("or")) left = new Expr.Binary("or", left, and());
        return left;
    }

    private Expr and() {
        Expr left = not();
        while (in.takeName("and")) left = new Expr.Binary("and", left, not());
        return left;
    }

    private Expr not() {
        return in.takeName("not") ? new Expr.Unary("not", not()) : compare();
    }

    private Expr compare() {
        Expr first = sum();
        List<String> operators = new ArrayList<>();
        List<Expr> rest = new ArrayList<>();
        while (true) {
            Token t = in.peek();
            if (t.kind() == Token.Kind.OPERATOR && COMPARISONS.contains(t.text())) operators.add(in.next().text());
            else if (in.takeName("in")) operators.add("in");
            else if (in.isName("not") && in.peekNext().is(Token.Kind.NAME, "in")) {
                in.next();
                in.next();
                operators.add("not in");
            } else break;
            rest.add(sum());
        }
        return operators.isEmpty() ? first : new Expr.Compare(first, operators, rest);
    }

    private Expr sum() {
        Expr left = concat();
        while (in.isOperator("+") || in.isOperator("-")) left = new Expr.Binary(in.next().text(), left, concat());
        return left;
    }

    private Expr concat() {
        Expr left = product();
        while (in.takeOperator("~")) left = new Expr.Binary("~", left, product());
        return left;
    }

    private Expr product() {
        Expr left = power();
        while (in.isOperator("*") || in.isOperator("/") || in.isOperator("//") || in.isOperator("%"))
            left = new Expr.Binary(in.next().text(), left, power());
        return left;
    }

    private Expr power() {
        Expr left = unary(true);
        while (in.takeOperator("**")) left = new Expr.Binary("**", left, unary(true));
        return left;
    }

    private Expr unary(boolean filters) {
        Expr value;
        if (in.isOperator("-") || in.isOperator("+")) value = new Expr.Unary(in.next().text(), unary(false));
        else value = primary();
        value = postfix(value);
        return filters ? filtered(value) : value;
    }

    private Expr primary() {
        Token t = in.peek();
        switch (t.kind()) {
            case NAME -> {
                return name(in.next().text());
            }
            case STRING -> {
                var text = new StringBuilder();
                while (in.peek().kind() == Token.Kind.STRING) text.append(in.next().text());
                return new Expr.Const(text.toString());
            }
            case INTEGER -> {
                return new Expr.Const(integer(in.next()));
            }
            case FLOAT -> {
                return new Expr.Const(Double.valueOf(in.next().text().replace("_", "")));
            }
            default -> { }
        }
        if (in.takeOperator("(")) return parenthesized();
        if (in.takeOperator("[")) return new Expr.ListOf(items("]"));
        if (in.takeOperator("{")) return dict();
        throw in.unexpected("a value");
    }

    private static Expr name(String name) {
        return switch (name) {
            case "true", "True" -> new Expr.Const(true);
            case "false", "False" -> new Expr.Const(false);
            case "none", "None" -> new Expr.Const(None.NONE);
            default -> new Expr.Name(name);
        };
    }

    private static Long integer(Token t) {
        String digits = t.text().replace("_", "").toLowerCase(Locale.ROOT);
        int radix = digits.startsWith("0x") ? 16 : digits.startsWith("0o") ? 8 : digits.startsWith("0b") ? 2 : 10;
        try {
            return Long.valueOf(radix == 10 ? digits : digits.substring(2), radix);
        } catch (NumberFormatException e) {
            throw JinjaFailure.at(t.line(), t.text() + " does not fit 64 bits");
        }
    }

    private Expr parenthesized() {
        if (in.takeOperator(")")) return new Expr.TupleOf(List.of());
        Expr inside = tuple();
        in.expectOperator(")");
        return inside;
    }

    private List<Expr> items(String close) {
        List<Expr> items = new ArrayList<>();
        while (!in.takeOperator(close)) {
            if (!items.isEmpty()) {
                in.expectOperator(",");
                if (in.takeOperator(close)) break;
            }
            items.add(expression());
        }
        return items;
    }

    private Expr dict() {
        List<Expr> keys = new ArrayList<>(), values = new ArrayList<>();
        while (!in.takeOperator("}")) {
            if (!keys.isEmpty()) {
                in.expectOperator(",");
                if (in.takeOperator("}")) break;
            }
            keys.add(expression());
            in.expectOperator(":");
            values.add(expression());
        }
        return new Expr.DictOf(keys, values);
    }

    private Expr postfix(Expr value) {
        while (true) {
            if (in.takeOperator(".")) {
                Token t = in.next();
                if (t.kind() == Token.Kind.NAME) value = new Expr.Attribute(value, t.text());
                else if (t.kind() == Token.Kind.INTEGER) value = new Expr.Item(value, new Expr.Const(integer(t)));
                else throw JinjaFailure.at(t.line(), "expected a name after \".\"");
            } else if (in.takeOperator("[")) value = subscript(value);
            else if (in.takeOperator("(")) value = new Expr.Call(value, arguments());
            else return value;
        }
    }

    private Expr subscript(Expr of) {
        Optional<Expr> from = in.isOperator(":") ? Optional.empty() : Optional.of(expression());
        if (in.takeOperator("]")) return new Expr.Item(of, from.orElseThrow());
        in.expectOperator(":");
        Optional<Expr> to = in.isOperator(":") || in.isOperator("]") ? Optional.empty() : Optional.of(expression());
        Optional<Expr> step = in.takeOperator(":") && !in.isOperator("]") ? Optional.of(expression()) : Optional.empty();
        in.expectOperator("]");
        return new Expr.Slice(of, from, to, step);
    }

    /// Arguments up to the closing parenthesis.
    private Expr.Arguments arguments() {
        List<Expr> positional = new ArrayList<>();
        Map<String, Expr> named = new LinkedHashMap<>();
        while (!in.takeOperator(")")) {
            if (!positional.isEmpty() || !named.isEmpty()) {
                in.expectOperator(",");
                if (in.takeOperator(")")) break;
            }
            if (in.peek().kind() == Token.Kind.NAME && in.peekNext().is(Token.Kind.OPERATOR, "=")) {
                String name = in.expectName();
                in.next();
                named.put(name, expression());
            } else if (named.isEmpty()) positional.add(expression());
            else throw in.unexpected("a named argument");
        }
        return new Expr.Arguments(positional, named);
    }

    private Expr filtered(Expr value) {
        while (true) {
            if (in.takeOperator("|")) value = filter(value);
            else if (in.takeName("is")) value = test(value);
            else if (in.takeOperator("(")) value = new Expr.Call(value, arguments());
            else return value;
        }
    }

    /// A filter's name and arguments, after its bar.
    Expr.Filter filter(Expr input) {
        String name = dotted();
        return new Expr.Filter(input, name, in.takeOperator("(") ? arguments() : Expr.Arguments.NONE);
    }

    private Expr test(Expr input) {
        boolean negated = in.takeName("not");
        String name = dotted();
        Expr.Arguments arguments = Expr.Arguments.NONE;
        if (in.takeOperator("(")) arguments = arguments();
        else if (beginsArgument()) arguments = new Expr.Arguments(List.of(postfix(primary())), Map.of());
        Expr test = new Expr.Test(input, name, arguments);
        return negated ? new Expr.Unary("not", test) : test;
    }

    private boolean beginsArgument() {
        return switch (in.peek().kind()) {
            case STRING, INTEGER, FLOAT -> true;
            case NAME -> !Set.of("else", "or", "and", "if", "is", "in", "not", "recursive").contains(in.peek().text());
            case OPERATOR -> in.isOperator("[") || in.isOperator("{");
            default -> false;
        };
    }

    private String dotted() {
        String name = in.expectName();
        while (in.takeOperator(".")) name += "." + in.expectName();
        return name;
    }
}
