package tunebook.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Cuts a template into tokens, with `trim_blocks` and `lstrip_blocks` on, as transformers sets Jinja2 up: the line
/// break after a block tag or a comment is dropped, and so are blanks before one that stands first in its line; `-`
/// inside a tag drops all whitespace on its side, `+` keeps it. One line break at the very end is dropped.
/// The rules are those of `jinja2/lexer.py` (3.1).
final class Lexer {
    private static final Pattern TAG = Pattern.compile("\\{[%{#]");
    private static final Pattern RAW = Pattern.compile("\\{%[-+]?\\s*raw\\s*(?:-%\\}\\s*|%\\})");
    private static final Pattern END_RAW = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(?:\\+%\\}|-%\\}\\s*|%\\}\\n?)");
    private static final Pattern BLOCK_END = Pattern.compile("\\+%\\}|-%\\}\\s*|%\\}\\n?");
    private static final Pattern OUTPUT_END = Pattern.compile("-\\}\\}\\s*|\\}\\}");
    private static final Pattern COMMENT_END = Pattern.compile("\\+#\\}|-#\\}\\s*|#\\}\\n?");
    private static final Pattern FLOAT = Pattern.compile("(?<!\\.)(?:\\d+_)*\\d+(?:(?:\\.(?:\\d+_)*\\d+)?[eE][+-]?(?:\\d+_)*\\d+|\\.(?:\\d+_)*\\d+)");
    private static final Pattern INTEGER = Pattern.compile("0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|\\d(?:_?\\d)*");
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{Nl}_][\\p{L}\\p{Nl}\\p{Mn}\\p{Mc}\\p{Nd}\\p{Pc}_]*");
    private static final Pattern STRING = Pattern.compile("'(?:[^'\\\\]|\\\\.)*+'|\"(?:[^\"\\\\]|\\\\.)*+\"", Pattern.DOTALL);
    private static final Pattern OPERATOR = Pattern.compile("//|\\*\\*|[=!<>]=|[-+/*%~\\[\\](){}<>=.:|,;]");
    private static final Pattern SPACE = Pattern.compile("\\s+");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;
    private int counted; // lines are counted up to here
    private boolean lineStarts = true;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String template) {
        String source = template.replaceAll("\\r\\n?", "\n");
        var lexer = new Lexer(source.endsWith("\n") ? source.substring(0, source.length() - 1) : source);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        Matcher tag = TAG.matcher(source);
        while (tag.find(at)) {
            int start = tag.start();
            char kind = source.charAt(start + 1);
            char sign = sign(start + 2);
            data(source.substring(at, start), sign, kind != '{');
            at = start;
            if (kind == '%' && take(RAW)) raw();
            else {
                at = start + (sign == ' ' ? 2 : 3);
                switch (kind) {
                    case '#' -> comment();
                    case '%' -> tag(Token.Kind.BLOCK_BEGIN, Token.Kind.BLOCK_END, BLOCK_END);
                    default -> tag(Token.Kind.OUTPUT_BEGIN, Token.Kind.OUTPUT_END, OUTPUT_END);
                }
            }
        }
        add(Token.Kind.DATA, source.substring(at));
        at = source.length();
        tokens.add(new Token(Token.Kind.END, "", lineAt(at)));
    }

    private char sign(int index) {
        return index < source.length() && (source.charAt(index) == '-' || source.charAt(index) == '+') ? source.charAt(index) : ' ';
    }

    /// Text before a tag.
    private void data(String text, char sign, boolean block) {
        String kept = text;
        if (sign == '-') kept = PythonText.stripEnd(text);
        else if (sign != '+' && block) {
            int from = text.lastIndexOf('\n') + 1;
            if ((from > 0 || lineStarts) && PythonText.strip(text.substring(from)).isEmpty()) kept = text.substring(0, from);
        }
        add(Token.Kind.DATA, kept);
    }

    private void add(Token.Kind kind, String text) {
        if (kind != Token.Kind.DATA || !text.isEmpty()) tokens.add(new Token(kind, text, lineAt(at)));
    }

    private void raw() {
        Matcher end = END_RAW.matcher(source);
        if (!end.find(at)) throw JinjaFailure.at(lineAt(at), "raw without endraw");
        data(source.substring(at, end.start()), end.group(1).isEmpty() ? ' ' : end.group(1).charAt(0), true);
        at = end.end();
        lineStarts = source.charAt(at - 1) == '\n';
    }

    private void comment() {
        Matcher end = COMMENT_END.matcher(source);
        if (!end.find(at)) throw JinjaFailure.at(lineAt(at), "a comment without its end");
        at = end.end();
        lineStarts = source.charAt(at - 1) == '\n';
    }

    private void tag(Token.Kind begin, Token.Kind end, Pattern close) {
        int first = lineAt(at);
        tokens.add(new Token(begin, "", first));
        Deque<Character> open = new ArrayDeque<>();
        while (true) {
            take(SPACE);
            if (at == source.length()) throw JinjaFailure.at(first, "a tag without its end");
            if (open.isEmpty() && take(close)) break;
            token(open);
        }
        tokens.add(new Token(end, "", lineAt(at)));
        lineStarts = source.charAt(at - 1) == '\n';
    }

    private void token(Deque<Character> open) {
        int from = at;
        Token.Kind kind = take(FLOAT) ? Token.Kind.FLOAT : take(INTEGER) ? Token.Kind.INTEGER : take(NAME) ? Token.Kind.NAME
            : take(STRING) ? Token.Kind.STRING : take(OPERATOR) ? Token.Kind.OPERATOR : Token.Kind.END;
        if (kind == Token.Kind.END) throw JinjaFailure.at(lineAt(from), "unexpected character " + source.charAt(from));
        String text = source.substring(from, at);
        if (kind == Token.Kind.OPERATOR) balance(text.charAt(0), open);
        tokens.add(new Token(kind, kind == Token.Kind.STRING ? StringLiteral.value(text) : text, lineAt(from)));
    }

    private void balance(char bracket, Deque<Character> open) {
        int opens = "([{".indexOf(bracket), closes = ")]}".indexOf(bracket);
        if (opens >= 0) open.push(")]}".charAt(opens));
        if (closes >= 0 && (open.isEmpty() || open.pop() != bracket)) throw JinjaFailure.at(lineAt(at), "unexpected " + bracket);
    }

    private boolean take(Pattern pattern) {
        Matcher m = pattern.matcher(source).region(at, source.length()).useTransparentBounds(true);
        if (!m.lookingAt()) return false;
        at = m.end();
        return true;
    }

    private int lineAt(int index) {
        for (; counted < index; counted++) if (source.charAt(counted) == '\n') line++;
        return line;
    }
}
