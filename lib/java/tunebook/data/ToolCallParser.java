package tunebook.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Recursive descent over one text of function calls.
final class ToolCallParser {
    private static final Pattern INTEGER = Pattern.compile("-?\\d{1,19}");
    private static final Pattern DECIMAL = Pattern.compile("-?\\d+(\\.\\d+)?([eE][+-]?\\d+)?");
    private static final Pattern CONTROL = Pattern.compile("<(start_function_response|end_of_turn|eos|bos|pad|start_of_turn)>");
    private static final int DEPTH = 64;

    private final String text;
    private int at;
    private final List<ToolCall> calls = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final StringBuilder outside = new StringBuilder();

    ToolCallParser(String text) {
        this.text = text;
    }

    ToolCallText.Parsed parse() {
        while (at < text.length()) {
            int start = text.indexOf(ToolCallText.START, at);
            between(text.substring(at, start < 0 ? text.length() : start));
            if (start < 0) break;
            at = start + ToolCallText.START.length();
            try {
                calls.add(call());
            } catch (Malformed e) {
                problems.add(e.getMessage() + " in the call at character " + start + ": " + excerpt(start));
                int next = text.indexOf(ToolCallText.START, at), end = text.indexOf(ToolCallText.END, at);
                if (end >= 0 && (next < 0 || end < next)) at = end + ToolCallText.END.length();
                else at = next < 0 ? text.length() : next;
            }
        }
        return new ToolCallText.Parsed(calls, problems, outside.toString().strip());
    }

    /// Text outside of calls: words are an answer, leftovers of a call are a problem.
    private void between(String words) {
        if (words.contains(ToolCallText.END)) problems.add("a call ends that never began, at character " + (at + words.indexOf(ToolCallText.END)));
        else if (words.contains(ToolCallText.ESCAPE) || words.matches("(?s).*\\bcall:\\w+\\{.*"))
            problems.add("a call without " + ToolCallText.START + " at character " + at + ": " + words.strip());
        outside.append(CONTROL.matcher(words).replaceAll(""));
    }

    private ToolCall call() throws Malformed {
        expect("call:");
        int brace = text.indexOf('{', at);
        int end = text.indexOf(ToolCallText.END, at);
        if (brace < 0 || (end >= 0 && end < brace)) throw new Malformed(end < 0 ? "cut off in the name" : "no arguments in braces");
        String name = text.substring(at, brace);
        if (!name.matches("[\\p{L}\\p{N}_.\\-:/]+")) throw new Malformed("\"" + name + "\" is no function name");
        at = brace;
        var call = new ToolCall(name, object(0));
        expect(ToolCallText.END);
        return call;
    }

    private Map<String, Object> object(int depth) throws Malformed {
        if (depth > DEPTH) throw new Malformed("objects and lists nested deeper than " + DEPTH);
        expect("{");
        var values = new LinkedHashMap<String, Object>();
        if (take("}")) return values;
        do {
            String key = key();
            if (values.putIfAbsent(key, value(depth)) != null) throw new Malformed("the key \"" + key + "\" stands twice");
        } while (take(","));
        expect("}");
        return values;
    }

    private String key() throws Malformed {
        if (text.startsWith(ToolCallText.ESCAPE, at)) {
            String key = escaped();
            expect(":");
            return key;
        }
        int colon = at;
        while (colon < text.length() && ":,{}[]<>".indexOf(text.charAt(colon)) < 0) colon++;
        if (colon == text.length()) throw new Malformed("cut off in a key");
        if (text.charAt(colon) != ':' || colon == at) throw new Malformed("no \"key:\" at \"" + ahead() + '"');
        String key = text.substring(at, colon);
        at = colon + 1;
        return key;
    }

    private Object value(int depth) throws Malformed {
        if (text.startsWith(ToolCallText.ESCAPE, at)) return escaped();
        if (at < text.length() && text.charAt(at) == '{') return object(depth + 1);
        if (take("[")) return list(depth + 1);
        return bare();
    }

    private List<Object> list(int depth) throws Malformed {
        if (depth > DEPTH) throw new Malformed("objects and lists nested deeper than " + DEPTH);
        List<Object> values = new ArrayList<>();
        if (take("]")) return values;
        do values.add(value(depth)); while (take(","));
        expect("]");
        return List.copyOf(values);
    }

    private String escaped() throws Malformed {
        int from = at + ToolCallText.ESCAPE.length();
        int to = text.indexOf(ToolCallText.ESCAPE, from);
        if (to < 0) throw new Malformed("cut off in a text");
        at = to + ToolCallText.ESCAPE.length();
        return text.substring(from, to);
    }

    private Object bare() throws Malformed {
        int end = at;
        while (end < text.length() && ",}]<".indexOf(text.charAt(end)) < 0) end++;
        String word = text.substring(at, end);
        if (end == text.length()) throw new Malformed("cut off in a value");
        if (word.isEmpty()) throw new Malformed("no value at \"" + ahead() + '"');
        at = end;
        if (word.equals("true") || word.equals("false")) return Boolean.valueOf(word);
        if (INTEGER.matcher(word).matches()) {
            try {
                return Long.valueOf(word);
            } catch (NumberFormatException e) {
                throw new Malformed(word + " does not fit 64 bits");
            }
        }
        if (!DECIMAL.matcher(word).matches()) throw new Malformed("\"" + word + "\" is text without " + ToolCallText.ESCAPE);
        double number = Double.parseDouble(word);
        if (Double.isInfinite(number)) throw new Malformed(word + " is too large");
        return number;
    }

    private boolean take(String wanted) {
        if (!text.startsWith(wanted, at)) return false;
        at += wanted.length();
        return true;
    }

    private void expect(String wanted) throws Malformed {
        if (take(wanted)) return;
        throw new Malformed(at >= text.length() || wanted.startsWith(text.substring(at)) ? "cut off before " + wanted : "no " + wanted + " at \"" + ahead() + '"');
    }

    private String ahead() {
        return text.substring(at, Math.min(text.length(), at + 20));
    }

    private String excerpt(int start) {
        return text.substring(start, Math.min(text.length(), start + 120));
    }

    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed(String reason) {
            super(reason);
        }
    }
}
