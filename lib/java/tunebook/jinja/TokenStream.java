package tunebook.jinja;

import java.util.List;

/// The tokens of a template with a place among them.
final class TokenStream {
    private final List<Token> tokens;
    private int at;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(at);
    }

    Token peekNext() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = tokens.get(at);
        if (token.kind() != Token.Kind.END) at++;
        return token;
    }

    boolean isOperator(String text) {
        return peek().is(Token.Kind.OPERATOR, text);
    }

    boolean isName(String text) {
        return peek().is(Token.Kind.NAME, text);
    }

    boolean takeOperator(String text) {
        return take(isOperator(text));
    }

    boolean takeName(String text) {
        return take(isName(text));
    }

    boolean takeKind(Token.Kind kind) {
        return take(peek().kind() == kind);
    }

    private boolean take(boolean matches) {
        if (matches) next();
        return matches;
    }

    void expectOperator(String text) {
        if (!takeOperator(text)) throw unexpected("\"" + text + '"');
    }

    String expectName() {
        if (peek().kind() != Token.Kind.NAME) throw unexpected("a name");
        return next().text();
    }

    void expectKind(Token.Kind kind, String what) {
        if (!takeKind(kind)) throw unexpected(what);
    }

    JinjaFailure unexpected(String wanted) {
        Token t = peek();
        String found = switch (t.kind()) {
            case DATA -> "text";
            case OUTPUT_BEGIN -> "{{";
            case OUTPUT_END -> "}}";
            case BLOCK_BEGIN -> "{%";
            case BLOCK_END -> "%}";
            case END -> "the template's end";
            case NAME, STRING, INTEGER, FLOAT, OPERATOR -> '"' + t.text() + '"';
        };
        return JinjaFailure.at(t.line(), "expected " + wanted + ", found " + found);
    }
}
