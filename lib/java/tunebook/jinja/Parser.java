package tunebook.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Tokens to statements.
final class Parser {
    private final TokenStream in;
    private final ExprParser expressions;
    private int loops;

    private Parser(TokenStream in) {
        this.in = in;
        this.expressions = new ExprParser(in);
    }

    static List<Node> parse(String template) {
        var parser = new Parser(new TokenStream(Lexer.tokens(template)));
        List<Node> nodes = parser.body(Set.of());
        if (parser.in.peek().kind() != Token.Kind.END) throw parser.in.unexpected("the template's end");
        return nodes;
    }

    /// Statements up to a tag whose name is in `ends` (its name is left unread) or to the template's end.
    private List<Node> body(Set<String> ends) {
        List<Node> nodes = new ArrayList<>();
        while (true) {
            Token t = in.next();
            switch (t.kind()) {
                case DATA -> nodes.add(new Node.Text(t.text()));
                case OUTPUT_BEGIN -> {
                    nodes.add(new Node.Output(expressions.tuple(), t.line()));
                    in.expectKind(Token.Kind.OUTPUT_END, "}}");
                }
                case BLOCK_BEGIN -> {
                    if (in.peek().kind() == Token.Kind.NAME && ends.contains(in.peek().text())) return nodes;
                    statement(in.expectName(), t.line(), nodes);
                }
                case END -> {
                    if (ends.isEmpty()) return nodes;
                    throw JinjaFailure.at(t.line(), "the template ends where " + String.join(" or ", new TreeSet<>(ends)) + " was expected");
                }
                default -> throw in.unexpected("text or a tag");
            }
        }
    }

    private void statement(String name, int line, List<Node> nodes) {
        switch (name) {
            case "if" -> nodes.add(conditional(line));
            case "for" -> nodes.add(loop(line));
            case "set" -> nodes.add(set(line));
            case "macro" -> nodes.add(macro(line));
            case "call" -> nodes.add(callBlock(line));
            case "filter" -> nodes.add(filterBlock(line));
            case "with" -> nodes.add(with(line));
            case "break", "continue" -> {
                if (loops == 0) throw JinjaFailure.at(line, name + " outside of a loop");
                endTag();
                nodes.add(name.equals("break") ? new Node.Break(line) : new Node.Continue(line));
            }
            case "generation" -> { // marks what the assistant wrote; the text is the same
                endTag();
                nodes.addAll(body(Set.of("endgeneration")));
                end("endgeneration");
            }
            default -> throw JinjaFailure.at(line, "unknown tag \"" + name + '"');
        }
    }

    private void endTag() {
        in.expectKind(Token.Kind.BLOCK_END, "%}");
    }

    private void end(String name) {
        if (!in.takeName(name)) throw in.unexpected(name);
        endTag();
    }

    private Node conditional(int line) {
        List<Expr> tests = new ArrayList<>();
        List<List<Node>> bodies = new ArrayList<>();
        do {
            tests.add(expressions.tuple());
            endTag();
            bodies.add(body(Set.of("elif", "else", "endif")));
        } while (in.takeName("elif"));
        List<Node> otherwise = otherwise("endif");
        end("endif");
        return new Node.If(tests, bodies, otherwise, line);
    }

    private List<Node> otherwise(String end) {
        if (!in.takeName("else")) return List.of();
        endTag();
        return body(Set.of(end));
    }

    private Node loop(int line) {
        Node.Target target = target();
        if (!in.takeName("in")) throw in.unexpected("in");
        Expr over = expressions.tupleWithoutCondition();
        Optional<Expr> test = in.takeName("if") ? Optional.of(expressions.expression()) : Optional.empty();
        if (in.isName("recursive")) throw JinjaFailure.at(line, "recursive loops are not supported");
        endTag();
        loops++;
        List<Node> body = body(Set.of("else", "endfor"));
        loops--;
        List<Node> otherwise = otherwise("endfor");
        end("endfor");
        return new Node.For(target, over, test, body, otherwise, line);
    }

    private Node.Target target() {
        List<Node.Target> targets = new ArrayList<>();
        boolean several = false;
        do {
            if (in.isName("in") || in.isOperator("=")) break; // a comma at the end
            targets.add(in.takeOperator("(") ? closed(target()) : single());
            several |= in.isOperator(",");
        } while (in.takeOperator(","));
        return several ? new Node.Target.Several(targets) : targets.getFirst();
    }

    private Node.Target closed(Node.Target target) {
        in.expectOperator(")");
        return target;
    }

    private Node.Target single() {
        String name = in.expectName();
        return in.takeOperator(".") ? new Node.Target.Member(name, in.expectName()) : new Node.Target.Variable(name);
    }

    private Node set(int line) {
        Node.Target target = target();
        if (in.takeOperator("=")) {
            Expr value = expressions.tuple();
            endTag();
            return new Node.Set(target, value, line);
        }
        List<Expr.Filter> filters = filters(false);
        endTag();
        List<Node> body = body(Set.of("endset"));
        end("endset");
        return new Node.SetBlock(target, filters, body, line);
    }

    /// Filters one after another; each takes what the one before it made.
    private List<Expr.Filter> filters(boolean firstWithoutBar) {
        List<Expr.Filter> filters = new ArrayList<>();
        while (firstWithoutBar && filters.isEmpty() || in.takeOperator("|")) filters.add(expressions.filter(new Expr.Const("")));
        return filters;
    }

    private Node macro(int line) {
        Node.Signature signature = signature(in.expectName());
        endTag();
        List<Node> body = insideOfNoLoop("endmacro");
        return new Node.Macro(signature, body, line);
    }

    private List<Node> insideOfNoLoop(String end) {
        int outer = loops;
        loops = 0;
        List<Node> body = body(Set.of(end));
        loops = outer;
        end(end);
        return body;
    }

    private Node.Signature signature(String name) {
        List<String> parameters = new ArrayList<>();
        List<Expr> defaults = new ArrayList<>();
        in.expectOperator("(");
        while (!in.takeOperator(")")) {
            if (!parameters.isEmpty()) {
                in.expectOperator(",");
                if (in.takeOperator(")")) break;
            }
            parameters.add(in.expectName());
            if (in.takeOperator("=")) defaults.add(expressions.expression());
            else if (!defaults.isEmpty()) throw in.unexpected("a default value");
        }
        return new Node.Signature(name, parameters, defaults);
    }

    private Node callBlock(int line) {
        Node.Signature caller = in.isOperator("(") ? signature("caller") : new Node.Signature("caller", List.of(), List.of());
        if (!(expressions.expression() instanceof Expr.Call call)) throw JinjaFailure.at(line, "expected a call of a macro");
        endTag();
        return new Node.CallBlock(call, caller, insideOfNoLoop("endcall"), line);
    }

    private Node filterBlock(int line) {
        List<Expr.Filter> filters = filters(true);
        endTag();
        List<Node> body = body(Set.of("endfilter"));
        end("endfilter");
        return new Node.FilterBlock(filters, body, line);
    }

    private Node with(int line) {
        Map<String, Expr> values = new LinkedHashMap<>();
        while (in.peek().kind() != Token.Kind.BLOCK_END) {
            if (!values.isEmpty()) in.expectOperator(",");
            String name = in.expectName();
            in.expectOperator("=");
            values.put(name, expressions.expression());
        }
        endTag();
        List<Node> body = body(Set.of("endwith"));
        end("endwith");
        return new Node.With(values, body, line);
    }
}
