package tunebook.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Jinja2's filters over lists and mappings. What gives a generator there gives a list here.
final class ListFilters {
    private ListFilters() {}

    static Object apply(String name, Object value, Given given) {
        return switch (name) {
            case "list" -> Values.items(value);
            case "items" -> value instanceof Map<?, ?> map ? Access.entries(map) : entries(value);
            case "first" -> end(value, 0);
            case "last" -> end(value, -1);
            case "join" -> Values.items(value).stream().map(key(given.get(1, "attribute", None.NONE), false)).map(Values::text)
                .collect(Collectors.joining(given.text(0, "d", "")));
            case "reverse" -> value instanceof String s ? new StringBuilder(s).reverse().toString() : reversed(Values.items(value));
            case "sort" -> sorted(Values.items(value), key(given.get(2, "attribute", None.NONE), !given.flag(1, "case_sensitive")), given.flag(0, "reverse"));
            case "dictsort" -> dictsort(value, given);
            case "unique" -> unique(Values.items(value), key(given.get(1, "attribute", None.NONE), !given.flag(0, "case_sensitive")));
            case "groupby" -> grouped(Values.items(value), key(given.get(0, "attribute"), false));
            case "sum" -> Values.items(value).stream().map(key(given.get(0, "attribute", None.NONE), false))
                .reduce(given.get(1, "start", 0L), (a, b) -> Operators.binary("+", a, b));
            case "min" -> extreme(Values.items(value), given, -1);
            case "max" -> extreme(Values.items(value), given, 1);
            case "batch" -> batch(Values.items(value), Math.toIntExact(Values.whole(given.get(0, "linecount"))), given.get(1, "fill_with", None.NONE));
            case "map" -> map(Values.items(value), given);
            case "select", "reject" -> Values.items(value).stream().filter(item -> passes(item, given) == name.equals("select")).toList();
            case "selectattr", "rejectattr" -> {
                Function<Object, Object> attribute = key(given.get(0, "attribute"), false);
                yield Values.items(value).stream().filter(item -> passes(attribute.apply(item), given.after(1)) == name.equals("selectattr")).toList();
            }
            default -> throw JinjaFailure.of("unknown filter \"" + name + '"');
        };
    }

    private static List<Object> entries(Object value) {
        if (value instanceof Undefined) return List.of();
        throw JinjaFailure.of("items of " + Values.type(value) + ", which is no mapping");
    }

    private static Object end(Object value, long index) {
        List<Object> items = Values.items(value);
        return Access.item(items, index);
    }

    private static List<Object> reversed(List<Object> items) {
        List<Object> copy = new ArrayList<>(items);
        Collections.reverse(copy);
        return List.copyOf(copy);
    }

    /// What an item is judged by: itself, or the member that `attribute` names (`a.b`, a number); in small letters on wish.
    private static Function<Object, Object> key(Object attribute, boolean ignoreCase) {
        Function<Object, Object> member = item -> {
            if (attribute == None.NONE) return item;
            Object value = item;
            for (String part : Values.text(attribute).split("\\."))
                value = Access.item(value, part.chars().allMatch(Character::isDigit) ? (Object) Long.valueOf(part) : part);
            return value;
        };
        return ignoreCase ? member.andThen(v -> v instanceof String s ? s.toLowerCase(Locale.ROOT) : v) : member;
    }

    private static List<Object> sorted(List<Object> items, Function<Object, Object> key, boolean reverse) {
        Comparator<Object> order = (a, b) -> Values.compare(key.apply(a), key.apply(b));
        List<Object> copy = new ArrayList<>(items);
        copy.sort(reverse ? order.reversed() : order);
        return List.copyOf(copy);
    }

    private static List<Object> dictsort(Object value, Given given) {
        if (value instanceof Undefined u) throw u.failure();
        if (!(value instanceof Map<?, ?> map)) throw JinjaFailure.of("dictsort of " + Values.type(value));
        long index = given.text(1, "by", "key").equals("key") ? 0 : 1;
        return sorted(Access.entries(map), key(index, !given.flag(0, "case_sensitive")), given.flag(2, "reverse"));
    }

    private static List<Object> unique(List<Object> items, Function<Object, Object> key) {
        List<Object> seen = new ArrayList<>(), kept = new ArrayList<>();
        for (Object item : items) {
            Object k = key.apply(item);
            if (seen.stream().anyMatch(s -> Values.equal(s, k))) continue;
            seen.add(k);
            kept.add(item);
        }
        return List.copyOf(kept);
    }

    private static List<Object> grouped(List<Object> items, Function<Object, Object> key) {
        Map<Object, List<Object>> groups = new LinkedHashMap<>();
        for (Object item : sorted(items, key, false)) groups.computeIfAbsent(key.apply(item), k -> new ArrayList<>()).add(item);
        List<Object> pairs = new ArrayList<>();
        groups.forEach((k, group) -> pairs.add(Tuple.of(k, List.copyOf(group))));
        return List.copyOf(pairs);
    }

    private static Object extreme(List<Object> items, Given given, int sign) {
        Function<Object, Object> key = key(given.get(1, "attribute", None.NONE), !given.flag(0, "case_sensitive"));
        Comparator<Object> order = (a, b) -> sign * Values.compare(key.apply(a), key.apply(b));
        return items.stream().reduce((a, b) -> order.compare(b, a) > 0 ? b : a).orElseGet(() -> new Undefined("an empty list has no extreme"));
    }

    private static List<Object> batch(List<Object> items, int size, Object fill) {
        List<Object> batches = new ArrayList<>();
        for (int i = 0; i < items.size(); i += size) {
            List<Object> batch = new ArrayList<>(items.subList(i, Math.min(i + size, items.size())));
            while (fill != None.NONE && batch.size() < size) batch.add(fill);
            batches.add(List.copyOf(batch));
        }
        return List.copyOf(batches);
    }

    private static List<Object> map(List<Object> items, Given given) {
        if (given.named().containsKey("attribute")) {
            Function<Object, Object> member = key(given.named().get("attribute"), false);
            Object otherwise = given.named().getOrDefault("default", new Undefined("the member is missing"));
            return items.stream().map(item -> member.apply(item) instanceof Undefined ? otherwise : member.apply(item)).toList();
        }
        String filter = Values.text(given.get(0, "filter"));
        return items.stream().map(item -> Filters.apply(filter, item, given.after(1))).toList();
    }

    private static boolean passes(Object item, Given given) {
        if (given.positional().isEmpty()) return Values.truth(item);
        return Tests.holds(Values.text(given.positional().getFirst()), item, given.after(1));
    }
}
