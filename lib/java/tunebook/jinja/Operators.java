package tunebook.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/// Arithmetic, comparison and membership as Python has them.
final class Operators {
    private static final int LONGEST = 1 << 24;

    private Operators() {}

    static Object binary(String operator, Object a, Object b) {
        for (Object side : List.of(a, b)) if (side instanceof Undefined u && !operator.equals("~")) throw u.failure();
        return switch (operator) {
            case "~" -> Values.text(a) + Values.text(b);
            case "+" -> add(a, b);
            case "*" -> times(a, b);
            case "%" -> a instanceof String s ? Formatting.percent(s, b) : modulo(a, b);
            case "-", "/", "//", "**" -> arithmetic(operator, a, b);
            default -> throw new IllegalArgumentException(operator);
        };
    }

    private static Object add(Object a, Object b) {
        if (a instanceof String x && b instanceof String y) return x + y;
        if (a instanceof List<?> x && b instanceof List<?> y && x instanceof Tuple == y instanceof Tuple) {
            List<Object> both = new ArrayList<>(x);
            both.addAll(y);
            return x instanceof Tuple ? new Tuple(both) : List.copyOf(both);
        }
        if (!Values.isNumber(a) || !Values.isNumber(b)) throw JinjaFailure.of("cannot add " + Values.type(a) + " and " + Values.type(b) + " (~ joins as text)");
        return arithmetic("+", a, b);
    }

    private static Object times(Object a, Object b) {
        if (b instanceof String || b instanceof List<?>) return times(b, a);
        if (Values.isNumber(a)) return arithmetic("*", a, b);
        int count = (int) Math.clamp(Values.whole(b), 0, LONGEST + 1L);
        if (!(a instanceof String) && !(a instanceof List)) throw JinjaFailure.of("cannot multiply " + Values.type(a));
        if (Values.length(a) * count > LONGEST) throw JinjaFailure.of("a text or list longer than " + LONGEST);
        if (a instanceof String s) return s.repeat(count);
        List<Object> all = new ArrayList<>();
        for (List<Object> copy : Collections.nCopies(count, Values.items(a))) all.addAll(copy);
        return List.copyOf(all);
    }

    private static Object arithmetic(String operator, Object a, Object b) {
        if (!Values.isNumber(a) || !Values.isNumber(b)) throw JinjaFailure.of("no " + operator + " of " + Values.type(a) + " and " + Values.type(b));
        boolean division = operator.equals("/") || operator.equals("//");
        if (division && Values.number(b) == 0) throw JinjaFailure.of("division by zero");
        if (a instanceof Double || b instanceof Double || operator.equals("/") || operator.equals("**") && Values.number(b) < 0)
            return arithmetic(operator, Values.number(a), Values.number(b));
        long x = Values.whole(a), y = Values.whole(b);
        try {
            return switch (operator) {
                case "+" -> Math.addExact(x, y);
                case "-" -> Math.subtractExact(x, y);
                case "*" -> Math.multiplyExact(x, y);
                case "//" -> Math.floorDiv(x, y);
                default -> Math.powExact(x, Math.toIntExact(y));
            };
        } catch (ArithmeticException e) {
            throw JinjaFailure.of(x + " " + operator + " " + y + " does not fit 64 bits");
        }
    }

    private static Double arithmetic(String operator, double x, double y) {
        return switch (operator) {
            case "+" -> x + y;
            case "-" -> x - y;
            case "*" -> x * y;
            case "/" -> x / y;
            case "//" -> Math.floor(x / y);
            default -> Math.pow(x, y);
        };
    }

    private static Object modulo(Object a, Object b) {
        if (Values.number(b) == 0) throw JinjaFailure.of("division by zero");
        if (a instanceof Double || b instanceof Double) {
            double y = Values.number(b), rest = Values.number(a) % y;
            return rest != 0 && rest < 0 != y < 0 ? rest + y : rest;
        }
        return Math.floorMod(Values.whole(a), Values.whole(b));
    }

    static Object unary(String operator, Object a) {
        if (operator.equals("not")) return !Values.truth(a);
        if (operator.equals("+")) return a instanceof Double ? a : (Object) Values.whole(a);
        return a instanceof Double d ? (Object) (-d) : (Object) Math.negateExact(Values.whole(a));
    }

    static boolean compare(String operator, Object a, Object b) {
        return switch (operator) {
            case "==" -> Values.equal(a, b);
            case "!=" -> !Values.equal(a, b);
            case "<" -> Values.compare(a, b) < 0;
            case "<=" -> Values.compare(a, b) <= 0;
            case ">" -> Values.compare(a, b) > 0;
            case ">=" -> Values.compare(a, b) >= 0;
            case "in" -> contains(b, a);
            case "not in" -> !contains(b, a);
            default -> throw new IllegalArgumentException(operator);
        };
    }

    private static boolean contains(Object whole, Object part) {
        return switch (whole) {
            case String s when part instanceof String p -> s.contains(p);
            case String s -> throw JinjaFailure.of("cannot look for " + Values.type(part) + " in text");
            case Map<?, ?> map -> map.containsKey(part);
            case List<?> list -> list.stream().anyMatch(item -> Values.equal(item, part));
            case Undefined u -> false;
            default -> throw JinjaFailure.of("cannot look inside " + Values.type(whole));
        };
    }
}
